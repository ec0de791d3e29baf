import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ApiError } from '@flotilla/sdk'

/** Writes a refusal, or ends what has been begun. */
export function refuse(response: ServerResponse, { status }: ApiError): void {
  if (response.headersSent) return void response.destroy()
  const { retryAfterSeconds } = status.details ?? {}
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
  response.writeHead(status.code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(status))
}

/** An answer on the connection of a request that asked for another protocol. */
export function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket) // an HTTP server's
  socket.on('error', () => {}) // it ends, which is all there is to know
  response.once('finish', () => (socket as Socket).destroySoon())
  return response
}
