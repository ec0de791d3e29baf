import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, ApiServer, Request } from '@flotilla/apiserver'
import type { Transport } from '@flotilla/kube'
import { ApiError, type Status } from '@flotilla/sdk'
import type { Fault } from './fault.ts'

/** The line to a cluster. Without a fault it is as if it was not there. */
export interface Line {
  readonly fault: Fault | undefined
  /** From now on. Watches end with every change. */
  set(fault: Fault | undefined): void
  /** What is asked through the line. */
  transport(inner: Transport): Transport
  /** The same for who asks over HTTP: those whom `concerns` names ask through the line. */
  server(inner: ApiServer, concerns: (request: Request) => boolean): ApiServer
}

const failure = (code: number, reason: string, message: string, details?: Status['details']): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message,
  ...(details && { details }),
})

const busy = 'the server has received too many requests and has asked us to try again later'

/** How a flaky line fails, in turn. */
const failures: readonly (() => Error)[] = [
  () => new ApiError(failure(500, 'InternalError', 'Internal error occurred: the line is flaky')),
  () => new ApiError(failure(429, 'TooManyRequests', busy, { retryAfterSeconds: 1 })),
  () => new Error('connection reset by peer'),
]

/** Milliseconds that a request over HTTP hangs at most. */
const patience = 60_000

/** One who is asked over HTTP answers, whatever happens. */
const answerOf = (error: unknown): Answer => {
  const said = error instanceof Error ? error.message : String(error)
  const status = error instanceof ApiError ? error.status : failure(503, 'ServiceUnavailable', said)
  return { code: status.code, body: status }
}

class FaultyLine implements Line {
  #fault: Fault | undefined
  /** Ends with the fault, or with there being none. */
  #era = new AbortController()
  #failing = 0
  #failed = 0

  get fault(): Fault | undefined {
    return this.#fault
  }

  set(fault: Fault | undefined): void {
    if (JSON.stringify(fault) === JSON.stringify(this.#fault)) return
    this.#fault = fault
    const era = this.#era
    this.#era = new AbortController()
    era.abort()
  }

  transport(inner: Transport): Transport {
    return {
      address: inner.address,
      send: async (request) => {
        if (this.#fault) await this.#meet(this.#fault, request.signal)
        return inner.send(request)
      },
      stream: async (request) => {
        if (this.#fault) await this.#meet(this.#fault, request.signal)
        return inner.stream({ ...request, signal: this.#watching(request.signal) })
      },
      close: () => inner.close(),
    }
  }

  server(inner: ApiServer, concerns: (request: Request) => boolean): ApiServer {
    const handle = async (request: Request): Promise<Answer> => {
      if (!this.#fault || !concerns(request)) return inner.handle(request)
      try {
        await this.#meet(this.#fault, AbortSignal.timeout(patience))
      } catch (error) {
        return answerOf(error)
      }
      return inner.handle({ ...request, signal: this.#watching(request.signal) })
    }
    return { ...inner, handle }
  }

  /** What ends a watch. */
  #watching(signal: AbortSignal | undefined): AbortSignal {
    const { watches } = this.#fault ?? {}
    const ends = [signal, this.#era.signal, watches === undefined ? undefined : AbortSignal.timeout(watches)]
    return AbortSignal.any(ends.filter((each) => each !== undefined))
  }

  /** Resolves when a request may go on. */
  async #meet({ silence, slow, flaky = 0 }: Fault, signal: AbortSignal | undefined): Promise<void> {
    if (silence === 'unreachable') throw new Error('connection refused')
    if (silence === 'hanging') return this.#hang(signal)
    if (slow !== undefined) await sleep(slow, undefined, { ...(signal && { signal }) })
    this.#failing += flaky
    if (this.#failing < 1) return
    this.#failing -= 1
    const fail = failures[this.#failed++ % failures.length]
    if (fail) throw fail()
  }

  async #hang(signal: AbortSignal | undefined): Promise<void> {
    const over = AbortSignal.any([this.#era.signal, ...(signal ? [signal] : [])])
    if (!over.aborted) await once(over, 'abort')
    throw signal?.aborted ? signal.reason : new Error('connection reset by peer')
  }
}

/** A line with nothing wrong yet. */
export const createLine = (): Line => new FaultyLine()
