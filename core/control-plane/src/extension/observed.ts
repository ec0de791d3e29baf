import { type Extension, errors, FlotillaError, type Handler, type Log, type Metrics, reasonOf } from '@flotilla/sdk'
import { Circuit } from './circuit.ts'
import { instruments } from './instruments.ts'
import type { PluginPolicy } from './policy.ts'

export interface ObservedOptions {
  readonly plugin: string
  readonly metrics: Metrics
  readonly log: Log
  readonly policy: PluginPolicy
  /** Its exams vouch for its answers: they are not looked at one by one. */
  readonly trusted: boolean
}

/** How long a plugin that fails again and again is not complained of again, in milliseconds. */
const silence = 60_000

/** Settles as the answer does, or fails after `timeout` milliseconds. Unlike `AbortSignal.timeout` it leaves no timer behind. */
function within<T>(answer: Promise<T>, timeout: number, failure: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failure()), timeout)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const codeOf = (error: unknown): string => (error instanceof FlotillaError ? error.code : '')

const unanswered = ['PLUGIN_TIMEOUT', 'SANDBOX_TIMEOUT', 'SERVER_UNREACHABLE', 'WEBHOOK_FAILED']

/** They say themselves who failed; what with is their cause. */
const withName = ['PLUGIN_ANSWER', 'INTERPRETER_WEBHOOK', 'CUSTOMIZATION_FAILED']

/** Whether there was no answer at all. */
const isUnanswered = (cause: unknown): boolean =>
  unanswered.includes(codeOf(cause)) ||
  (cause instanceof FlotillaError && withName.includes(cause.code) && isUnanswered(cause.cause))

/** Whether the question is to blame: what was asked about cannot be answered, whoever is asked. */
const isOfQuestion = (cause: unknown): boolean => cause instanceof FlotillaError && !cause.retry

/** What a call failed with, with the plugin's name. */
const failureOf = (plugin: string, point: string, cause: unknown): FlotillaError =>
  cause instanceof FlotillaError && withName.includes(cause.code) ? cause : errors.PLUGIN_FAILED(plugin, point, cause)

/** A plugin at a point: whether it is asked, and what becomes of its failures. */
class Watched {
  readonly #options: ObservedOptions
  readonly #point: string
  readonly #circuit: Circuit
  readonly #meter: ReturnType<typeof instruments>
  #complained = Number.NEGATIVE_INFINITY
  /** What it failed with the last time. */
  #last: FlotillaError | undefined

  constructor(point: string, options: ObservedOptions) {
    this.#options = options
    this.#point = point
    this.#circuit = new Circuit(options.policy.circuitBreaker)
    this.#meter = instruments(options.metrics, options.plugin, point)
  }

  admits(now: number): boolean {
    return this.#circuit.admits(now)
  }

  /** An answer; one without an opinion, given at once, is not worth measuring. */
  answered(start: number, isMeasured: boolean): void {
    if (isMeasured) this.#meter.took(start, 'success')
    this.#heard()
  }

  failed(cause: unknown, start: number): undefined {
    this.#meter.took(start, 'error')
    const error = failureOf(this.#options.plugin, this.#point, cause)
    this.#last = error
    if (!isOfQuestion(error)) this.#complain(error)
    if (this.#isCounted(cause)) this.#count(error)
    else this.#heard()
    return this.#settle(error)
  }

  /** What stands in for the answer of a plugin that is left alone. */
  spared(): undefined {
    return this.#settle(errors.PLUGIN_CIRCUIT_OPEN(this.#options.plugin, this.#point, this.#last))
  }

  /** The error, or no opinion, as its failure policy wants it. */
  #settle(error: FlotillaError): undefined {
    if (this.#options.policy.failurePolicy === 'fail') throw error
  }

  /** A failure that is ignored, or that a rule forgives, would be seen by nobody. */
  #complain(error: FlotillaError): void {
    const now = performance.now()
    if (now - this.#complained < silence) return
    this.#complained = now
    this.#options.log.warn('the plugin fails', { point: this.#point, error })
  }

  #isCounted(cause: unknown): boolean {
    return this.#options.policy.circuitBreaker.counts === 'all' ? !isOfQuestion(cause) : isUnanswered(cause)
  }

  #count(error: FlotillaError): void {
    if (!this.#circuit.failed(performance.now())) return
    this.#meter.opened(true)
    const { openFor } = this.#options.policy.circuitBreaker
    this.#options.log.warn('the plugin is not asked for a while', { point: this.#point, milliseconds: openFor, error })
  }

  #heard(): void {
    if (!this.#circuit.answered()) return
    this.#meter.opened(false)
    this.#options.log.info('the plugin is asked again', { point: this.#point })
  }
}

/**
 * Wraps a handler once, where it is registered: duration, timeout, circuit breaker, failure policy, a look at the answer, and
 * the plugin's name, also on errors. No stage and no plugin mentions them. A handler that answers at once with no opinion costs
 * one function call.
 */
export function observed(extension: Extension, options: ObservedOptions): Extension {
  const { point, handler } = extension
  const watched = new Watched(point.id, options)
  const { plugin, trusted, policy } = options
  const check = trusted ? undefined : point.check

  const problemOf = (answer: unknown, arg: never): string | undefined => {
    if (answer === undefined) return undefined
    try {
      return check?.(answer, arg)
    } catch (cause) {
      return `it cannot be read: ${reasonOf(cause)}`
    }
  }
  const accepted = (answer: unknown, arg: never, start: number, isMeasured: boolean): unknown => {
    const problem = problemOf(answer, arg)
    if (problem) return watched.failed(errors.PLUGIN_ANSWER(plugin, point.id, problem), start)
    watched.answered(start, isMeasured)
    return answer
  }
  const waiting = async (promise: Promise<unknown>, arg: never, start: number): Promise<unknown> => {
    let answer: unknown
    try {
      answer = await within(promise, policy.timeout, () => errors.PLUGIN_TIMEOUT(plugin, point.id, policy.timeout))
    } catch (cause) {
      return watched.failed(cause, start)
    }
    return accepted(answer, arg, start, true)
  }
  const wrapped: Handler<never, unknown> = (arg) => {
    const start = performance.now()
    if (!watched.admits(start)) return watched.spared()
    let answer: unknown
    try {
      answer = handler(arg)
    } catch (cause) {
      return watched.failed(cause, start)
    }
    if (answer instanceof Promise) return waiting(answer, arg, start)
    return accepted(answer, arg, start, answer !== undefined)
  }
  return { ...extension, handler: wrapped, plugin }
}
