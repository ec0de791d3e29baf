import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ApiRequest, ApiResponse, Transport, WireEvent } from '@flotilla/kube'
import { ApiError } from '@flotilla/sdk'

/** What a gate does with what goes through. */
export type Trouble =
  | 'none'
  /** Too many requests: come back in a moment. */
  | 'throttles'
  /** No version is remembered: neither of watches, nor of the next page of a list. */
  | 'forgets'
  /** Half of all answers is an error. */
  | 'breaks'
  /** Answers and events are cut in the middle of their JSON, and end as if they were whole. */
  | 'cuts'
  /** Events come twice, and old ones again later. */
  | 'repeats'
  /** Every third event of a watch is lost, and nobody is told. */
  | 'swallows'

export interface GateOptions {
  readonly upstream: Transport
  /** 0 to 1, as the test decides. */
  readonly random: () => number
  /** Seconds that who is throttled should wait; by default none. */
  readonly retryAfter?: number
}

const failure = (code: number, reason: string) => ({
  apiVersion: 'v1',
  kind: 'Status',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message: reason,
})

const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2))

function answer(response: ServerResponse, { status, body }: ApiResponse, headers = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
}

async function requestOf(incoming: IncomingMessage, signal: AbortSignal): Promise<ApiRequest> {
  const { method = 'GET', url = '/', headers } = incoming
  const { pathname, searchParams } = new URL(url, 'http://gate')
  const { accept = 'application/json', 'content-type': type } = headers
  const body = await text(incoming)
  return {
    method,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { accept, ...(type && { 'content-type': type }) },
    ...(body && { body: JSON.parse(body) }),
    signal,
  }
}

/** A proxy that knows what it carries, and does wrong on request. */
export class Gate {
  readonly port: number
  readonly #options: GateOptions
  readonly #server
  #trouble: Trouble = 'none'
  /** Requests so far. */
  requests = 0
  #events = 0

  private constructor(options: GateOptions, server: ReturnType<typeof createServer>) {
    this.#options = options
    this.#server = server
    this.port = (server.address() as AddressInfo).port // it listens on a port
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response))
  }

  static async open(options: GateOptions): Promise<Gate> {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new Gate(options, server)
  }

  turn(trouble: Trouble): void {
    this.#trouble = trouble
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    this.requests++
    const { random, retryAfter = 0 } = this.#options
    try {
      const request = await requestOf(incoming, gone.signal)
      if (this.#trouble === 'throttles')
        return answer(
          response,
          { status: 429, body: failure(429, 'TooManyRequests') },
          { 'retry-after': String(retryAfter) },
        )
      if (this.#trouble === 'breaks' && random() < 0.5)
        return answer(response, { status: 500, body: failure(500, 'InternalError') })
      if (request.query?.watch) await this.#stream(request, response)
      else await this.#send(request, response)
    } catch (error) {
      if (gone.signal.aborted) return
      if (error instanceof ApiError && !response.headersSent)
        answer(response, { status: error.code, body: error.status })
      else response.destroy()
    }
  }

  async #send(request: ApiRequest, response: ServerResponse): Promise<void> {
    if (this.#trouble === 'forgets' && request.query?.continue)
      return answer(response, { status: 410, body: failure(410, 'Expired') })
    const { status, body } = await this.#options.upstream.send(request)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    answer(response, { status, body: this.#trouble === 'cuts' ? half(text) : text })
  }

  async #stream(request: ApiRequest, response: ServerResponse): Promise<void> {
    const events = await this.#options.upstream.stream(request)
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    const seen: WireEvent[] = []
    for await (const event of events) {
      for (const line of this.#linesOf(event, seen)) response.write(line)
      if (this.#trouble === 'forgets' || this.#trouble === 'cuts') break
    }
    response.end()
  }

  /** What an event becomes. */
  #linesOf(event: WireEvent, seen: WireEvent[]): readonly string[] {
    const line = `${JSON.stringify(event)}\n`
    if (this.#trouble === 'cuts') return [half(line)]
    if (this.#trouble === 'forgets') return [`${JSON.stringify({ type: 'ERROR', object: failure(410, 'Expired') })}\n`]
    if (this.#trouble === 'swallows' && event.type !== 'BOOKMARK' && this.#events++ % 3 === 0) return []
    seen.push(event)
    const old = seen[Math.floor(this.#options.random() * seen.length)]
    return this.#trouble === 'repeats' ? [line, `${JSON.stringify(old)}\n`, line] : [line]
  }
}
