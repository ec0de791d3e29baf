import type { Duplex } from 'node:stream'
import type { Connection } from '@flotilla/kube'
import { forward } from './forward.ts'
import { type Life, onAbort, until } from './life.ts'
import { runProcess, type Ways } from './process.ts'
import type { ForwardSession, ProcessSession, Session } from './session.ts'
import { SpdyConnection, type SpdyStream } from './spdy/connection.ts'

/** Milliseconds in which a client has to open the streams it wants, as in Kubernetes. */
const openingMs = 30_000

const typeOf = ({ headers }: SpdyStream): string => headers.get('streamtype') ?? ''

/** The streams a client opens for a process, when all are there. Which may be there depends on the version of the protocol. */
class Opening {
  readonly #wanted: ReadonlySet<string>
  readonly #found = new Map<string, SpdyStream>()
  readonly #all = Promise.withResolvers<void>()

  constructor({ stdin, stdout, stderr, tty }: ProcessSession, protocol: string) {
    const resize = tty && /^v[34]\./.test(protocol)
    const wanted = Object.entries({ error: true, stdin, stdout, stderr, resize }).filter(([, isWanted]) => isWanted)
    this.#wanted = new Set(wanted.map(([name]) => name))
  }

  readonly take = (stream: SpdyStream): void => {
    const type = typeOf(stream)
    if (!this.#wanted.has(type) || this.#found.has(type)) {
      stream.destroy()
      return
    }
    this.#found.set(type, stream)
    if (this.#found.size === this.#wanted.size) this.#all.resolve()
  }

  /** Rejects when the signal fires before. */
  async ways(signal: AbortSignal): Promise<Ways> {
    onAbort(AbortSignal.any([signal, AbortSignal.timeout(openingMs)]), () => this.#all.reject(new Error('too late')))
    await this.#all.promise
    return Object.fromEntries(this.#found) as unknown as Ways // `error` is always wanted
  }
}

async function process(duplex: Duplex, session: ProcessSession, protocol: string, life: Life): Promise<void> {
  const opening = new Opening(session, protocol)
  const spdy = new SpdyConnection(duplex, opening.take, life.touch)
  const running = spdy.run()
  const ways = await opening.ways(life.signal).catch(() => undefined) // a client that says nothing
  if (ways) await runProcess(session, ways, protocol.startsWith('v4.') ? 'status' : 'text', life.signal)
  spdy.end()
  await running
}

const portOf = ({ headers }: SpdyStream): number | undefined => {
  const port = Number(headers.get('port'))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

/** Puts streams together that belong to one request: what is said, and what goes wrong. */
class Pairs {
  readonly #waiting = new Map<string, SpdyStream>()
  readonly #take: (port: number, data: SpdyStream, error: SpdyStream) => void

  constructor(take: (port: number, data: SpdyStream, error: SpdyStream) => void) {
    this.#take = take
  }

  readonly add = (stream: SpdyStream): void => {
    const port = portOf(stream)
    const id = stream.headers.get('requestid')
    if (port === undefined || id === undefined) {
      stream.destroy()
      return
    }
    const other = this.#waiting.get(id)
    if (!other) {
      this.#await(id, stream)
      return
    }
    this.#waiting.delete(id)
    const [data, error] = typeOf(stream) === 'data' ? [stream, other] : [other, stream]
    error.resume() // a client has nothing to say on it, but its end
    if (typeOf(data) === 'data' && typeOf(error) === 'error') this.#take(port, data, error)
    else for (const each of [data, error]) each.destroy()
  }

  #await(id: string, stream: SpdyStream): void {
    this.#waiting.set(id, stream)
    const late = setTimeout(() => stream.destroy(), openingMs)
    stream.once('close', () => this.#waiting.get(id) === stream && this.#waiting.delete(id))
    stream.once('close', () => clearTimeout(late))
  }
}

/** Forwards ports for a client that opens two streams for each connection it wants. */
export async function forwardOverSpdy(duplex: Duplex, session: ForwardSession, life: Life): Promise<void> {
  const pairs = new Pairs((port, data, error) => {
    void forward(session, port, { input: data, output: data, error }, life.signal)
  })
  const spdy = new SpdyConnection(duplex, pairs.add, life.touch)
  onAbort(AbortSignal.any([life.signal, session.gone]), () => spdy.end())
  await spdy.run()
}

/** How it is said that a connection is SPDY from here on. */
const switching = (protocol: string): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    ...(protocol ? [`X-Stream-Protocol-Version: ${protocol}`] : []),
    '',
    '',
  ].join('\r\n')

/** Serves a session in SPDY/3.1. */
export async function overSpdy(
  { socket, head }: Connection,
  session: Session,
  protocol: string,
  life: Life,
): Promise<void> {
  socket.write(switching(protocol))
  if (head.length > 0) socket.unshift(head)
  const own = until(socket, life)
  if (session.kind === 'process') await process(socket, session, protocol, own)
  else await forwardOverSpdy(socket, session, own)
}
