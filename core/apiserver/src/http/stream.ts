import type { ServerResponse } from 'node:http'
import type { WireEvent } from '@flotilla/kube'
import { encodeJson } from '../answer/encode.ts'
import type { WatchAnswer } from '../request.ts'
import { textOf } from '../store/text.ts'

/** How long a client may take to read what was sent before it is cut off. */
const patience = 60_000

/** How much is handed to the socket at once, in bytes. */
const chunkSize = 1024 * 1024

const made = new WeakMap<WireEvent, Buffer>()

const lineOf = ({ type, object }: WireEvent): Buffer =>
  Buffer.from(`{"type":"${type}","object":${encodeJson(object)}}\n`)

/** The line of an event, made once for all who watch. */
const sharedLine = (event: WireEvent): Buffer => {
  let line = made.get(event)
  if (line === undefined) {
    const { type, object } = event
    const text = typeof object === 'object' && object !== null && Object.isFrozen(object) ? textOf(object) : undefined
    line = text === undefined ? lineOf(event) : Buffer.from(`{"type":"${type}","object":${text}}\n`)
    made.set(event, line)
  }
  return line
}

/** Resolves to whether the client has read what was sent, in time. */
const drained = async (response: ServerResponse): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), patience)
  const yes = () => resolve(true)
  const no = () => resolve(false)
  response.once('drain', yes).once('close', no)
  const inTime = await promise
  clearTimeout(timer)
  response.off('drain', yes).off('close', no)
  return inTime
}

/** Writes lines together, as many at once as are worth it. Resolves to whether the client still reads. */
const send = async (response: ServerResponse, lines: Iterable<Buffer>): Promise<boolean> => {
  response.cork()
  let size = 0
  for (const line of lines) {
    response.write(line)
    size += line.length
    if (size < chunkSize) continue
    size = 0
    response.uncork()
    if (response.writableNeedDrain && !(await drained(response))) return false
    response.cork()
  }
  response.uncork()
  return !response.writableNeedDrain || drained(response)
}

/** Streams a watch as lines of JSON until it ends; a client that does not read is cut off. */
export const streamWatch = async ({ watch, show }: WatchAnswer, response: ServerResponse): Promise<void> => {
  response.once('close', () => watch.end())
  watch.onEnd(() => watch.overrun && response.destroy())
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  const toLine = show ? (event: WireEvent) => lineOf(show(event)) : sharedLine
  for (let events = await watch.read(); events; events = await watch.read()) {
    if (await send(response, events.values().map(toLine))) continue
    watch.end()
    response.destroy()
    return
  }
  response.end()
}
