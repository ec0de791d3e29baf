import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ApiError } from '@flotilla/sdk'
import { refusal } from '../status.ts'

/** How long clients may take before their connection is closed, in milliseconds. Nothing of it ends an answer that goes on, such as a watch. */
export interface Patience {
  /** To say hello over TLS, and then to say what they want: the headers of a request. */
  readonly headers: number
  /** To send all of a request. */
  readonly request: number
  /** To read something more of a long answer. */
  readonly reading: number
  /** Between an answer and the next request. */
  readonly idle: number
}

/** As in Kubernetes. */
export const usualPatience: Patience = { headers: 32_000, request: 60_000, reading: 60_000, idle: 90_000 }

/** The largest URL and headers together, in bytes: selectors and tokens may be long, and Node's own 16 KiB are few. */
export const headerLimit = 128 * 1024

const refusalOf = ({ code }: NodeJS.ErrnoException): ApiError => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal.tooSlow()
  if (code === 'HPE_HEADER_OVERFLOW') return refusal.headersTooLarge(headerLimit)
  return refusal.badRequest(`what was sent is no HTTP/1.1 request${code ? ` (${code})` : ''}`)
}

/** Says to a socket what is wrong with what came over it, where Node could not read it, and closes it. */
export const refuseRaw = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (socket.writableEnded) return // it was told, and still sends
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const { code, status } = refusalOf(error)
  const body = JSON.stringify(status)
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), 1_000).unref() // who does not read it either
}
