import type { ApiRequest, ApiResponse, Transport, WireEvent } from '../transport.ts'

/** A watch a test holds in its hand. */
export class ScriptedStream implements AsyncIterable<WireEvent> {
  readonly request: ApiRequest
  readonly #events: WireEvent[] = []
  #wake: () => void = () => {}
  #ending: { readonly error?: Error } | undefined

  constructor(request: ApiRequest) {
    this.request = request
    request.signal?.addEventListener('abort', () => this.end())
  }

  get isOpen(): boolean {
    return this.#ending === undefined
  }

  push(...events: WireEvent[]): void {
    this.#events.push(...events)
    this.#wake()
  }

  end(error?: Error): void {
    this.#ending ??= error ? { error } : {}
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WireEvent> {
    for (;;) {
      const event = this.#events.shift()
      if (event) yield event
      else if (this.#ending?.error) throw this.#ending.error
      else if (this.#ending) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

export type Answer = (request: ApiRequest) => ApiResponse | Promise<ApiResponse>

/** A server that answers what the test says: each request takes the next answer, the last one stays. */
export class ScriptedTransport implements Transport {
  readonly address = 'scripted'
  readonly requests: ApiRequest[] = []
  readonly streams: ScriptedStream[] = []
  readonly #answers: Answer[]
  /** Thrown instead of opening the next watches. */
  readonly refusals: Error[] = []

  constructor(...answers: Answer[]) {
    this.#answers = answers
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    this.requests.push(request)
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]
    if (!answer) throw new Error(`no answer to ${request.method} ${request.path}`)
    return answer(request)
  }

  async stream(request: ApiRequest): Promise<AsyncIterable<WireEvent>> {
    this.requests.push(request)
    const refusal = this.refusals.shift()
    if (refusal) throw refusal
    const stream = new ScriptedStream(request)
    this.streams.push(stream)
    return stream
  }

  async close(): Promise<void> {
    for (const stream of this.streams) stream.end()
  }
}
