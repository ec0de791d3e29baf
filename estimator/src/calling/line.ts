import { type Client, errors, FlotillaError, type Log, reasonOf } from '@flotilla/sdk'
import { type MethodDefinition, status } from '@grpc/grpc-js'
import { addressesOf } from './address.ts'
import { type Call, Connection } from './connection.ts'
import { credentialsOf } from './credentials.ts'
import type { CallingOptions } from './options.ts'

export interface LineOptions extends CallingOptions {
  readonly cluster: string
  /** The control plane's API, where Services say where estimators are. */
  readonly client: Client
  readonly log: Log
  /** Milliseconds, to tell how long it rests. */
  readonly now: () => number
}

/** How long an estimator that did not answer is left alone: longer each time, up to this. */
const firstRest = 1_000
const longestRest = 30_000

/** The codes of a question that came through: the connection is well. */
const cameThrough = new Set<unknown>([
  status.INVALID_ARGUMENT,
  status.INTERNAL,
  status.UNKNOWN,
  status.UNIMPLEMENTED,
  status.NOT_FOUND,
])

/**
 * The one connection to the estimator of a cluster. One that does not answer is left alone for a while, so that scheduling
 * does not wait for it each time; then its address is looked up again. What is wrong is logged once.
 */
export class Line {
  readonly #options: LineOptions
  #connection: Promise<Connection> | undefined
  #rest = 0
  #restsUntil = 0
  #complaint: string | undefined

  constructor(options: LineOptions) {
    this.#options = options
  }

  get isResting(): boolean {
    return this.#options.now() < this.#restsUntil
  }

  /** Throws when there is no answer in time. */
  async ask<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    object: string,
  ): Promise<Response> {
    const { cluster, timeoutSeconds } = this.#options
    const call: Call = { object, deadline: Date.now() + timeoutSeconds * 1000 }
    try {
      const connection = await this.#connected(timeoutSeconds * 1000)
      const answer = await connection.ask(method, request, call)
      this.#rest = 0
      return answer
    } catch (cause) {
      if (!cameThrough.has((cause as { code?: unknown }).code)) this.#giveRest()
      throw cause instanceof FlotillaError ? cause : errors.ESTIMATOR_UNREACHABLE(cluster, cause)
    }
  }

  /** Logs what is wrong, unless it was the last thing logged. */
  complain(error: unknown): void {
    const text = reasonOf(error)
    if (text !== this.#complaint)
      this.#options.log.warn('an estimator is left out', { cluster: this.#options.cluster, error })
    this.#complaint = text
  }

  /** The answer was of use. */
  praise(): void {
    if (this.#complaint !== undefined)
      this.#options.log.info('an estimator is back', { cluster: this.#options.cluster })
    this.#complaint = undefined
  }

  close(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.then(
      (open) => open.close(),
      () => undefined, // it never opened
    )
  }

  #giveRest(): void {
    if (this.isResting) return // many asked at once
    this.#rest = Math.min(this.#rest * 2 || firstRest, longestRest)
    this.#restsUntil = this.#options.now() + this.#rest
    this.close()
  }

  #connected(timeout: number): Promise<Connection> {
    this.#connection ??= this.#open(AbortSignal.timeout(timeout))
    return this.#connection
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    const { client, cluster } = this.#options
    const addresses = await addressesOf(client, cluster, this.#options, { signal })
    return new Connection(addresses, await credentialsOf(this.#options))
  }
}
