import {
  type AnswerPolicy,
  type Extension,
  errors,
  FlotillaError,
  Gate,
  type Handler,
  type Host,
  keyOf,
  keyText,
  type Manifest,
  type Sandbox,
} from '@flotilla/sdk'
import type { Operation } from './operations.ts'

/** What the name of a customization is preceded by, where plugins are named. */
export const speakerOf = (customization: string): string => `customization/${customization}`

/** Calls of one script that run at once: one for each thread. */
const concurrency = 4

/**
 * So many are put before a sandbox, where a call may wait no longer than it may take. A binding is rendered for all its clusters at
 * once: thousands wait here.
 */
const places = 16

/**
 * A script that does not come back would hold up every object of its kind, and a thread: it is left alone for a moment. One that
 * fails otherwise costs nothing, and may do well with the next object.
 */
const circuitBreaker = { failures: 5, openFor: 5_000, counts: 'unanswered' } as const

/** What is said of who is left alone: nothing of a script that is gone. */
const circuit = {
  name: 'flotilla_plugin_circuit_open',
  help: 'Whether a plugin is not asked for a while, because it failed too often: 1 or 0',
  labels: ['plugin', 'point'],
}

const objectText = (object: Manifest): string => `${object.kind} ${keyText(keyOf(object))}`

/** Whether it may be another time that a script cannot be run: it is not to blame. */
const isOfScript = (cause: unknown): boolean => cause instanceof FlotillaError && cause.code === 'SANDBOX_PROGRAM'

/** A script of a customization: compiled when it is asked for the first time, and kept until it is replaced. */
export class Script<Arg, Out> {
  readonly customization: string
  readonly code: string
  /** Its answers, looked after in the name of its customization. */
  readonly extension: Extension
  readonly handler: Handler<Arg, Out | undefined>
  readonly #operation: Operation<Arg, Out>
  readonly #host: Host
  #sandbox: Promise<Sandbox> | undefined
  readonly #gate = new Gate(places)
  #calls = 0
  #isClosed = false

  constructor(customization: string, code: string, operation: Operation<Arg, Out>, host: Host) {
    this.customization = customization
    this.code = code
    this.#operation = operation
    this.#host = host
    const handler: Handler<Arg, Out | undefined> = (arg) => this.#ask(arg)
    const policy: AnswerPolicy = { name: speakerOf(customization), failurePolicy: 'fail', circuitBreaker }
    this.extension = host.observed({ point: operation.point, handler }, policy)
    this.handler = this.extension.handler as typeof handler // the same, wrapped
  }

  /** Calls that are on their way come to their end. */
  close(): void {
    this.#isClosed = true
    this.#release()
    this.#host.metrics.gauge(circuit).forget({ plugin: speakerOf(this.customization), point: this.#operation.point.id })
  }

  async #ask(arg: Arg): Promise<Out> {
    const { name, calls, about, asks, reads } = this.#operation
    this.#calls++
    try {
      const sandbox = await this.#open()
      return reads(await this.#gate.pass(() => sandbox.call(calls, asks(arg))), arg)
    } catch (cause) {
      throw errors.CUSTOMIZATION_FAILED(this.customization, name, objectText(about(arg)), cause)
    } finally {
      this.#calls--
      this.#release()
    }
  }

  #open(): Promise<Sandbox> {
    this.#sandbox ??= this.#opened()
    return this.#sandbox
  }

  async #opened(): Promise<Sandbox> {
    const name = `its script ${this.#operation.rule}`
    try {
      return await this.#host.sandboxes.open({ name, runtime: 'lua', code: this.code, limits: { concurrency } })
    } catch (cause) {
      if (!isOfScript(cause)) this.#sandbox = undefined
      throw cause
    }
  }

  #release(): void {
    if (!this.#isClosed || this.#calls > 0) return
    this.#sandbox?.then(
      (sandbox) => sandbox.close(),
      () => undefined,
    )
    this.#sandbox = undefined
  }
}
