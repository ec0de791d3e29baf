import type { IncomingMessage } from 'node:http'
import type { Connection } from '@flotilla/kube'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'
import { Channels } from './channels.ts'
import { forward } from './forward.ts'
import { type Life, onAbort, until } from './life.ts'
import { runProcess, type Ways } from './process.ts'
import type { ForwardSession, ProcessSession, Session } from './session.ts'
import { forwardOverSpdy } from './streams.ts'

/** SPDY on a WebSocket: how kubectl forwards ports. */
export const tunnel = 'SPDY/3.1+portforward.k8s.io'

/** Numbers are those of the channels' protocol. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const

/** The largest message, in bytes, as in Kubernetes. */
const maxPayload = 32 * 1024 * 1024

/** Milliseconds a client has to answer that the connection is closed. */
const closingMs = 5_000

/** Milliseconds a client has to read what it was sent last. */
const why = { left: 1001 } as const

async function process(session: ProcessSession, socket: WebSocket, protocol: string, life: Life): Promise<void> {
  const channels = new Channels(socket, protocol, life.touch)
  const { stdin, stdout, stderr, tty } = session
  const ways: Ways = {
    ...(stdin && { stdin: channels.readable(channel.stdin) }),
    ...(stdout && { stdout: channels.writable(channel.stdout) }),
    ...(stderr && { stderr: channels.writable(channel.stderr) }),
    error: channels.writable(channel.error),
    ...(tty && { resize: channels.readable(channel.resize) }),
  }
  channels.greet(stdout ? channel.stdout : stderr ? channel.stderr : channel.error)
  await runProcess(session, ways, /^v[45]\./.test(protocol) ? 'status' : 'text', life.signal)
  channels.end()
}

/** By which a client is told which port a channel is of. */
const numbered = (port: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(port)
  return bytes
}

/** Two channels for each port: what is said, and what goes wrong. */
async function ports(session: ForwardSession, socket: WebSocket, protocol: string, life: Life): Promise<void> {
  const channels = new Channels(socket, protocol, life.touch)
  const forwards = session.ports.map((port, i) => {
    const client = {
      input: channels.readable(2 * i),
      output: channels.writable(2 * i),
      error: channels.writable(2 * i + 1),
    }
    client.output.write(numbered(port))
    client.error.write(numbered(port))
    return forward(session, port, client, life.signal)
  })
  await Promise.all(forwards)
  channels.end()
}

/** The WebSocket a connection becomes; undefined when the client does not ask for one properly, which it was told. */
export function openWebSocket(
  request: IncomingMessage,
  { socket, head }: Connection,
  protocol: string,
): WebSocket | undefined {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload })
  delete request.headers['sec-websocket-protocol'] // we have agreed upon one, whose name may not be one to ws
  if (protocol) server.once('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`))
  let found: WebSocket | undefined
  server.handleUpgrade(request, socket, head, (open) => {
    found = open
  })
  return found
}

/** Serves a session in a protocol for WebSockets. */
export async function overWebSocket(
  request: IncomingMessage,
  connection: Connection,
  session: Session,
  protocol: string,
  life: Life,
): Promise<void> {
  const socket = openWebSocket(request, connection, protocol)
  if (!socket) return
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const own = until(socket, life)
  onAbort(life.signal, () => socket.close(why.left))
  if (session.kind === 'process') await process(session, socket, protocol, own)
  else if (protocol === tunnel) await forwardOverSpdy(createWebSocketStream(socket), session, own)
  else await ports(session, socket, protocol, own)
  const late = setTimeout(() => socket.terminate(), closingMs)
  await closed
  clearTimeout(late)
}
