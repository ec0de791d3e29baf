import type { IncomingMessage } from 'node:http'
import type { Connection, WireEvent } from '@flotilla/kube'
import type { WebSocket } from 'ws'
import { encodeOnce } from '../answer/encode.ts'
import type { TextAnswer, WatchAnswer } from '../request.ts'
import { onAbort, until } from './life.ts'
import { agreed, offered, type Speak } from './speak.ts'
import { openWebSocket } from './web-socket.ts'

/** Milliseconds a client may take to read a message before it is cut off. */
const patience = 60_000

/** Milliseconds a client has to answer that the connection is closed. */
const closingMs = 5_000

/** Resolves when the client has read a message as far as anyone can tell, or has left. */
const tell = (socket: WebSocket, message: string | Buffer): Promise<void> =>
  new Promise((resolve) => {
    const late = setTimeout(() => socket.terminate(), patience)
    socket.send(message, () => {
      clearTimeout(late)
      resolve()
    })
  })

type Telling = (socket: WebSocket, signal: AbortSignal) => Promise<void>

/** Tells on the WebSocket that a connection becomes; a client has nothing to say on it. */
async function telling(
  request: IncomingMessage,
  connection: Connection,
  protocol: string,
  signal: AbortSignal,
  step: Telling,
): Promise<void> {
  const socket = openWebSocket(request, connection, protocol)
  if (!socket) return
  socket.on('error', () => {}) // it ends, which is all there is to know
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  onAbort(signal, () => socket.close(1001))
  await step(socket, until(socket, { signal, touch: () => {} }).signal)
  socket.close(1000)
  const late = setTimeout(() => socket.terminate(), closingMs)
  await closed
  clearTimeout(late)
}

const textOf = ({ type, object }: WireEvent): string => `{"type":"${type}","object":${encodeOnce(object)}}\n`

/** Tells the events of a watch, each in a message, as pages in browsers want them. */
export const tellEvents =
  (request: IncomingMessage, { watch, show = (event) => event }: WatchAnswer): Speak =>
  async (connection, signal) => {
    const [protocol = ''] = offered(request)
    await telling(request, connection, protocol, signal, async (socket, life) => {
      onAbort(life, () => watch.end())
      for (let events = await watch.read(); events; events = await watch.read())
        for (const event of events) await tell(socket, textOf(show(event)))
    })
    watch.end()
  }

const textProtocols = ['binary.k8s.io', 'base64.binary.k8s.io']

/** Tells a text as it comes. Throws 400 for protocols that are not known. */
export const tellText = (request: IncomingMessage, { text }: TextAnswer): Speak => {
  const protocol = agreed(offered(request), textProtocols)
  const encode = (part: string) =>
    protocol.startsWith('base64') ? Buffer.from(part).toString('base64') : Buffer.from(part)
  return (connection, signal) =>
    telling(request, connection, protocol, signal, async (socket, life) => {
      await tell(socket, encode('')) // it has begun, though nothing may be said for long
      for await (const part of text(life)) await tell(socket, encode(part))
    })
}
