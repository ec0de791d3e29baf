import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { createServer, isIPv6, type Server, type Socket } from 'node:net'
import type { Log } from '@flotilla/sdk'
import type { Respond } from './respond.ts'

export interface DnsServerOptions {
  readonly respond: Respond
  readonly log: Log
  /** An address; by default this machine alone is answered. */
  readonly host?: string
  /** 0 is any that is free. */
  readonly port: number
}

/** A server that listens, on UDP and TCP. Disposing of it ends it. */
export interface DnsServer extends AsyncDisposable {
  readonly port: number
}

/** Who says nothing for so long, or does not take what was answered, is hung up on. Milliseconds. */
const patience = 10_000
/** How long connections may take to end with the server. */
const grace = 1_000
const mostConnections = 1024
/** Bursts wait in the kernel. */
const receiveBuffer = 4 << 20

const later = (message: string, log: Log) => (error: Error) => log.error(message, { error })

async function listenDatagrams(
  { respond, log, host = '127.0.0.1' }: DnsServerOptions,
  port: number,
): Promise<Datagrams> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: receiveBuffer })
  socket.on('message', (message, from) => {
    const answer = from.port === 0 ? undefined : respond(message, 'udp') // nobody can be at port 0
    if (answer) socket.send(answer, from.port, from.address, () => undefined) // who is gone is not told
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  socket.on('error', later('the UDP socket of the DNS server failed', log))
  return socket
}

/** Cuts a stream into the messages it carries; each comes after its length. */
function* messages(waiting: Buffer): Generator<Buffer, Buffer> {
  let rest = waiting
  while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
    const end = 2 + rest.readUInt16BE(0)
    yield rest.subarray(2, end)
    rest = rest.subarray(end)
  }
  return rest
}

const framed = (answer: Buffer): Buffer => {
  const length = Buffer.allocUnsafe(2)
  length.writeUInt16BE(answer.length)
  return Buffer.concat([length, answer])
}

/** Answers what a connection asks, one after the other. One that asks what is no question has lost its way: it ends. */
function converse(socket: Socket, respond: Respond): void {
  let waiting: Buffer = Buffer.alloc(0)
  const hangUp = setTimeout(() => socket.destroy(), patience)
  socket.on('close', () => clearTimeout(hangUp))
  socket.on('error', () => socket.destroy()) // nobody is there any more
  socket.on('drain', () => socket.resume())
  socket.on('data', (chunk) => {
    const cut = messages(waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk)
    let next = cut.next()
    for (; !next.done; next = cut.next()) {
      const answer = respond(next.value, 'tcp')
      if (!answer) {
        socket.destroy()
        return
      }
      hangUp.refresh()
      if (!socket.write(framed(answer))) socket.pause()
    }
    waiting = next.value
  })
}

async function listenStreams(options: DnsServerOptions, port: number, open: Set<Socket>): Promise<Server> {
  const { respond, log, host = '127.0.0.1' } = options
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    converse(socket, respond)
  })
  server.maxConnections = mostConnections
  server.listen(port, host)
  await once(server, 'listening')
  server.on('error', later('the TCP socket of the DNS server failed', log))
  return server
}

async function ended(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of open) socket.end()
  const force = setTimeout(() => {
    for (const socket of open) socket.destroy()
  }, grace)
  await closed
  clearTimeout(force)
}

/** Both sockets on one port. */
async function listen(options: DnsServerOptions): Promise<DnsServer> {
  await using begun = new AsyncDisposableStack()
  const datagrams = begun.adopt(await listenDatagrams(options, options.port), (socket) => {
    socket.close()
  })
  const { port } = datagrams.address()
  const open = new Set<Socket>()
  begun.adopt(await listenStreams(options, port, open), (server) => ended(server, open))
  const running = begun.move()
  return { port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** Answers questions by UDP and TCP. A port that is free for one is tried anew when the other one is taken. */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listen(options)
    } catch (error) {
      if (options.port !== 0 || attempt === 5 || !isTaken(error)) throw error
    }
  }
}
