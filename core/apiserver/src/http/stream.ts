import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WireEvent } from '@flotilla/kube'
import { encodeJson, encodeOnce } from '../answer/encode.ts'
import type { WatchAnswer } from '../request.ts'

/** How long a client may take to read what was sent before it is cut off. */
const patience = 60_000

/** How much is handed to the socket at once, in bytes. */
const chunkSize = 256 * 1024

const lineOf = (type: string, text: string): string => `{"type":"${type}","object":${text}}\n`

/** How events go over a wire: as chunks of HTTP/1.1, or as lines where a client knows no chunks. */
interface Wire {
  readonly out: Socket | ServerResponse
  readonly encode: (event: WireEvent) => Buffer
}

const framed = (line: string): Buffer => {
  const bytes = Buffer.byteLength(line)
  return Buffer.from(`${bytes.toString(16)}\r\n${line}\r\n`)
}

const made = new WeakMap<WireEvent, Buffer>()

/** The chunk of an event, made once for all who watch it. What one alone is told is not frozen, and not kept. */
const sharedChunk = (event: WireEvent): Buffer => {
  const { type, object } = event
  if (!Object.isFrozen(event)) return framed(lineOf(type, encodeOnce(object)))
  let chunk = made.get(event)
  if (chunk === undefined) {
    chunk = framed(lineOf(type, encodeJson(object)))
    made.set(event, chunk)
  }
  return chunk
}

const lineWith =
  (show: WatchAnswer['show']) =>
  (event: WireEvent): string => {
    const { type, object } = show ? show(event) : event
    return lineOf(type, encodeOnce(object))
  }

/**
 * Chunks go to the socket as they are: that is half the work of having each response make the same ones again. Before its
 * turn in a pipeline a response has no socket.
 */
const wireOf = (response: ServerResponse, show: WatchAnswer['show']): Wire => {
  const { socket, chunkedEncoding } = response
  const line = lineWith(show)
  if (!socket || !chunkedEncoding) return { out: response, encode: (event) => Buffer.from(line(event)) }
  return { out: socket, encode: show ? (event) => framed(line(event)) : sharedChunk }
}

/** Resolves to whether the client has read what was sent, in time. */
const drained = async (out: Wire['out']): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), patience)
  const yes = () => resolve(true)
  const no = () => resolve(false)
  out.once('drain', yes).once('close', no)
  const inTime = await promise
  clearTimeout(timer)
  out.off('drain', yes).off('close', no)
  return inTime
}

/** Writes events together, as many at once as are worth it. Resolves to whether the client still reads. */
const send = async ({ out, encode }: Wire, events: readonly WireEvent[]): Promise<boolean> => {
  out.cork()
  let size = 0
  for (const event of events) {
    const bytes = encode(event)
    out.write(bytes)
    size += bytes.length
    if (size < chunkSize) continue
    size = 0
    out.uncork()
    if (out.writableNeedDrain && !(await drained(out))) return false
    out.cork()
  }
  out.uncork()
  return !out.writableNeedDrain || drained(out)
}

/** Streams a watch as lines of JSON until it ends; a client that does not read is cut off. */
export const streamWatch = async ({ watch, show }: WatchAnswer, response: ServerResponse): Promise<void> => {
  response.once('close', () => watch.end())
  watch.onEnd(() => watch.overrun && response.destroy())
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  const wire = wireOf(response, show)
  for (let events = await watch.read(); events; events = await watch.read()) {
    if (await send(wire, events)) continue
    watch.end()
    response.destroy()
    return
  }
  response.end()
}
