import { deepEqual, type Metrics } from '@flotilla/sdk'
import type { Dispatcher } from 'undici'
import { pause } from '../pause.ts'
import { refusalOf } from '../refusal.ts'
import type { ApiRequest, ApiResponse, Transport, WireEvent } from '../transport.ts'
import type { Route } from './agent.ts'
import { Connections } from './connections.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { AdaptiveLimit, type Leave, Limiter, type LimitRange } from './limiter.ts'
import { bodyOf, eventsOf, headersOf, read, targetOf } from './message.ts'
import { retryIn, type Try } from './retry.ts'

export interface HttpOptions extends Route {
  /** The server's URL; a path in it goes before every request's. */
  readonly server: string
  /** A bearer token, or who knows it. */
  readonly token?: string | (() => string | Promise<string>)
  /** The client's certificate and key, PEM. */
  readonly cert?: string
  readonly key?: string
  /** Credentials that change, in place of `token`, `cert` and `key`. */
  readonly credentials?: CredentialSource
  /** How long a watch may be silent; by default 70 to 90 s, for servers send a bookmark every minute. */
  readonly idleMs?: number
  /** How many requests may be under way at once; learned within this range. Watches are not counted. */
  readonly concurrency?: LimitRange
  /** How many bytes an answer may have; by default any number. Watches are not counted. */
  readonly longestAnswer?: number
  /** Gets `rest_client_requests_total`. */
  readonly metrics?: Metrics
}

/** When nobody else says; calls come with a signal of their own. */
const answerMs = 60_000

/** Longer answers take the time of their size, which says nothing of the server. */
const timedSize = 65_536

/** Where the credentials come from with which a server is asked. */
export function credentialsOf({ credentials, token, cert, key }: HttpOptions): CredentialSource {
  if (credentials) return credentials
  const withToken = (text: string | undefined): Credentials => ({
    cert,
    key,
    ...(text && { authorization: `Bearer ${text}` }),
  })
  if (typeof token === 'function') return async () => withToken(await token())
  const fixed = withToken(token)
  return () => fixed
}

/** Who is late with a lease loses it, and all that waited in line before it was for nothing. */
const isUrgent = ({ path }: ApiRequest): boolean => path.startsWith('/apis/coordination.k8s.io/')

class HttpTransport implements Transport {
  readonly address: string
  readonly #origin: string
  readonly #prefix: string
  readonly #idleMs: number | undefined
  readonly #longestAnswer: number | undefined
  readonly #source: CredentialSource
  readonly #connections: Connections
  readonly #limiter: Limiter
  readonly #count: (method: string, code: string) => void

  constructor(options: HttpOptions) {
    const { origin, host, pathname } = new URL(options.server)
    this.address = options.server
    this.#origin = origin
    this.#prefix = pathname.replace(/\/+$/, '')
    this.#idleMs = options.idleMs
    this.#longestAnswer = options.longestAnswer
    this.#source = credentialsOf(options)
    this.#connections = new Connections(options)
    this.#limiter = new Limiter(new AdaptiveLimit(options.concurrency))
    const counter = options.metrics?.counter({
      name: 'rest_client_requests_total',
      help: 'HTTP requests by status code, method and host.',
      labels: ['code', 'method', 'host'],
    })
    this.#count = (method, code) => counter?.add({ code, method, host })
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(request)
      const wait = retryIn(request, tries, outcome)
      if (wait !== undefined && !request.signal?.aborted) await pause(wait, request.signal)
      else if ('response' in outcome) return outcome.response
      else throw outcome.error
    }
  }

  async stream(request: ApiRequest): Promise<AsyncIterable<WireEvent>> {
    const answer = await this.#open(request, 0)
    answer.body.on('error', () => {}) // whoever reads it is told; it may also break while nobody reads
    if (answer.statusCode >= 300) throw refusalOf(request, await read(answer))
    return eventsOf(answer, this.#idleMs ?? 70_000 + Math.random() * 20_000, request.signal)
  }

  /** Ends all watches and requests, at once. */
  async close(): Promise<void> {
    await this.#connections.destroy()
  }

  async #try(request: ApiRequest): Promise<Try> {
    try {
      return { response: await this.#exchange(request) }
    } catch (error) {
      return { error }
    }
  }

  async #exchange(request: ApiRequest): Promise<ApiResponse> {
    const leave = isUrgent(request) ? undefined : await this.#limiter.enter(request.signal)
    let how: Parameters<Leave>[0]
    try {
      const headers = { ...request.headers, 'accept-encoding': 'gzip' }
      const { size, ...response } = await read(await this.#open({ ...request, headers }, answerMs), this.#longestAnswer)
      how = { throttled: response.status === 429, timed: size < timedSize }
      return response
    } finally {
      leave?.(how)
    }
  }

  /** Asks, and once more with other credentials when the server will not have these. */
  async #open(request: ApiRequest, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    const credentials = await this.#source(false)
    const answer = await this.#dispatch(request, credentials, bodyTimeout)
    if (answer.statusCode !== 401) return answer
    const others = await this.#source(true)
    if (deepEqual(others, credentials)) return answer
    await answer.body.dump()
    return this.#dispatch(request, others, bodyTimeout)
  }

  async #dispatch(
    request: ApiRequest,
    credentials: Credentials,
    bodyTimeout: number,
  ): Promise<Dispatcher.ResponseData> {
    const { method, signal } = request
    let code = '<error>'
    try {
      const answer = await this.#connections.for(credentials).request({
        origin: this.#origin,
        path: targetOf(this.#prefix, request),
        method: method as Dispatcher.HttpMethod, // whatever the caller wants to ask
        headers: headersOf(request, credentials),
        body: bodyOf(request),
        signal: signal ?? null,
        headersTimeout: answerMs,
        bodyTimeout,
      })
      code = String(answer.statusCode)
      return answer
    } finally {
      this.#count(method, code)
    }
  }
}

/**
 * Reaches an API server over HTTP. Answers are what the server sent, unchanged. Reads are tried again when their
 * connection breaks, and everything when the server says `Retry-After`.
 */
export const httpTransport = (options: HttpOptions): Transport => new HttpTransport(options)
