import {
  type AnswerPolicy,
  type Extension,
  errors,
  type Handler,
  type Host,
  type HttpConnection,
  type HttpServer,
  type Manifest,
  type ResourceInterpreterWebhook,
} from '@flotilla/sdk'
import type { Operation } from '../operations.ts'
import type { Interpretation } from './interpretations.ts'
import { headers, objectText, questionOf } from './question.ts'
import { responseIn, Unsuccessful } from './response.ts'
import { isNamed } from './rules.ts'

/** What a hook is made of. */
export interface HookWords {
  /** The name of the configuration it stands in. */
  readonly configuration: string
  readonly webhook: ResourceInterpreterWebhook
  readonly place: HttpServer
}

/** Seconds, when the configuration does not say. */
const defaultTimeout = 10

/** A call that takes longer is told of, in milliseconds. */
const slow = 500

/** How much longer a call is waited for than it may take, in milliseconds: it says itself that it took too long. */
const grace = 1000

/** A webhook that does not answer holds up whatever is in line behind it: it is left alone for a moment, so that others go on. */
const circuitBreaker = { failures: 5, openFor: 5_000, counts: 'unanswered' } as const

/** Where a hook stands among others: the smallest is asked. It is its name in metrics and logs, too. */
export const uidOf = ({ configuration, webhook }: Pick<HookWords, 'configuration' | 'webhook'>): string =>
  `${configuration}/${webhook.name}`

/** A webhook at one point. */
export interface Voice<Arg, Out> {
  readonly extension: Extension
  readonly handler: Handler<Arg, Out | undefined>
}

/** A webhook, and the ways it is asked. */
export class Hook {
  readonly uid: string
  readonly words: HookWords
  readonly #host: Host
  readonly #voices = new Map<Operation, { readonly extension: Extension }>()
  #connection: HttpConnection | undefined

  constructor(words: HookWords, host: Host) {
    this.uid = uidOf(words)
    this.words = words
    this.#host = host
  }

  /** Answers the point of an interpretation by asking the webhook: measured and limited in its name. */
  voice<Arg, Out>(interpretation: Interpretation<Arg, Out>): Voice<Arg, Out> {
    const { operation, point } = interpretation
    const known = this.#voices.get(operation)
    if (known) return known as Voice<Arg, Out> // that of the same operation
    const handler: Handler<Arg, Out | undefined> = (arg) => this.#ask(interpretation, arg)
    const extension = this.#host.observed({ point: { id: point.id }, handler }, this.#policy()) // it looks at answers itself
    const voice: Voice<Arg, Out> = { extension, handler: extension.handler as typeof handler } // the same, wrapped
    this.#voices.set(operation, voice)
    return voice
  }

  close(): void {
    this.#connection?.close()
  }

  /** Milliseconds. */
  get #timeout(): number {
    return (this.words.webhook.timeoutSeconds ?? defaultTimeout) * 1000
  }

  #policy(): AnswerPolicy {
    return { name: this.uid, timeout: this.#timeout + grace, failurePolicy: 'fail', circuitBreaker }
  }

  async #ask<Arg, Out>(interpretation: Interpretation<Arg, Out>, arg: Arg): Promise<Out | undefined> {
    const { operation } = interpretation
    const object = interpretation.about(arg)
    const start = performance.now()
    try {
      return await this.#exchange(interpretation, arg)
    } catch (cause) {
      if (cause instanceof Unsuccessful && this.#isUnheardOf(operation, object)) return undefined
      const { configuration, webhook } = this.words
      throw errors.INTERPRETER_WEBHOOK(webhook.name, configuration, `${operation} of ${objectText(object)}`, cause)
    } finally {
      this.#complain(operation, object, performance.now() - start)
    }
  }

  async #exchange<Arg, Out>({ operation, point, about, asks, reads }: Interpretation<Arg, Out>, arg: Arg) {
    const uid = crypto.randomUUID()
    this.#connection ??= this.#host.http.open(this.words.place)
    const body = JSON.stringify(questionOf(uid, operation, about(arg), asks?.(arg)))
    const answer = await this.#connection.send({ headers, body, timeout: this.#timeout })
    const said = reads(responseIn(answer, uid), arg)
    const problem = said === undefined ? undefined : point.check?.(said, arg)
    if (problem) throw new Error(`its answer cannot be: ${problem}`)
    return said
  }

  /**
   * Whether the webhook may know nothing of this operation: it is asked all there is, and Karmada asks for components only behind
   * a feature gate, which webhooks are older than.
   */
  #isUnheardOf(operation: Operation, object: Manifest): boolean {
    return operation === 'InterpretComponent' && !isNamed(this.words.webhook, operation, object)
  }

  #complain(operation: Operation, object: Manifest, milliseconds: number): void {
    if (milliseconds < slow) return
    const about = { webhook: this.uid, operation, object: objectText(object), milliseconds: Math.round(milliseconds) }
    this.#host.log.warn('a webhook is slow', about)
  }
}
