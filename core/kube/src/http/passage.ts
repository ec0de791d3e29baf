import type { IncomingHttpHeaders } from 'node:http'
import { type Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Route } from './agent.ts'
import { Connections } from './connections.ts'
import type { Credentials } from './credentials.ts'

export interface PassageOptions extends Omit<Route, 'http2'> {
  /** The server's URL; a path in it goes before every call's. */
  readonly server: string
  /** The client's certificate and key, where that is how it is known. */
  readonly identity?: Pick<Credentials, 'cert' | 'key'>
  /** Milliseconds until an answer has to begin; by default 70 s. From there on it may take as long as it likes. */
  readonly patience?: number
}

/** A call that goes on as it is. */
export interface PassCall {
  readonly method: string
  /** Path and query, after the path of the server's URL. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Readable
  /** The protocol that is asked for in place of HTTP. */
  readonly upgrade?: string
  /** Ends the call and its answer. */
  readonly signal: AbortSignal
}

/** An answer, as it begins: what follows comes as it is read. */
export interface PassAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Its body, or, with the status 101, the connection that speaks another protocol from here on. */
  readonly content: Readable | Duplex
}

/** The way to a server, for calls that somebody else understands. */
export interface Passage {
  /** Rejects when there is no answer. */
  pass(call: PassCall): Promise<PassAnswer>
  /** Ends everything that is under way. */
  close(): Promise<void>
}

/** An API server ends what is not a stream after a minute. */
const usualPatience = 70_000

/** The body of an answer. The server is read no faster than it is. */
function bodyOf(controller: Dispatcher.DispatchController): Readable {
  return new Readable({
    read: () => controller.resume(),
    destroy(error, done) {
      if (!this.readableEnded) controller.abort(error ?? new Error('nobody reads the answer'))
      done(error)
    },
  }).on('error', () => {}) // whoever reads it is told; it may also break while nobody reads
}

/** Hears an answer out. */
class Hearing implements Dispatcher.DispatchHandler {
  readonly #answered = Promise.withResolvers<PassAnswer>()
  readonly #signal: AbortSignal
  #body: Readable | undefined
  #leave = () => {}

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  get answer(): Promise<PassAnswer> {
    return this.#answered.promise
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const end = () => controller.abort(this.#signal.reason)
    if (this.#signal.aborted) end()
    this.#signal.addEventListener('abort', end, { once: true })
    this.#leave = () => this.#signal.removeEventListener('abort', end)
  }

  onRequestUpgrade(
    _: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    content: Duplex,
  ): void {
    this.#leave()
    this.#answered.resolve({ status, headers, content })
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return // more is coming
    this.#body = bodyOf(controller)
    this.#answered.resolve({ status, headers, content: this.#body })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body?.push(chunk) === false) controller.pause()
  }

  onResponseEnd(): void {
    this.#leave()
    this.#body?.push(null)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#leave()
    this.#answered.reject(error)
    this.#body?.destroy(error)
  }
}

class HttpPassage implements Passage {
  readonly #origin: string
  readonly #prefix: string
  readonly #identity: Pick<Credentials, 'cert' | 'key'>
  readonly #patience: number
  readonly #connections: Connections

  constructor({ server, identity = {}, patience = usualPatience, ...route }: PassageOptions) {
    const { origin, pathname } = new URL(server)
    this.#origin = origin
    this.#prefix = pathname.replace(/\/+$/, '')
    this.#identity = identity
    this.#patience = patience
    this.#connections = new Connections({ ...route, http2: false }) // a stream that is upgraded takes its connection along
  }

  async pass({ method, target, headers, body, upgrade, signal }: PassCall): Promise<PassAnswer> {
    const hearing = new Hearing(signal)
    this.#connections.for(this.#identity).dispatch(
      {
        origin: this.#origin,
        path: this.#prefix + target,
        method: method as Dispatcher.HttpMethod, // whatever the caller wants to ask
        headers: headers as Record<string, string | string[]>, // which are only read
        body: body ?? null,
        upgrade: upgrade ?? null,
        headersTimeout: this.#patience,
        bodyTimeout: 0,
      },
      hearing,
    )
    return hearing.answer
  }

  async close(): Promise<void> {
    await this.#connections.destroy()
  }
}

/** Opens the way to a server. */
export const openPassage = (options: PassageOptions): Passage => new HttpPassage(options)
