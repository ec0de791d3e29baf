import { randomUUID } from 'node:crypto'
import { ApiError, reasonOf } from '@flotilla/sdk'
import { Line, type Outside } from '../outside/line.ts'
import type { ClientConfig } from '../outside/place.ts'
import type { Served } from '../registry/registry.ts'
import { refusal } from '../status.ts'
import { type Condition, meets, valuesOf } from './conditions.ts'
import { questionOf, type Verdict, verdictIn } from './review.ts'
import type { Rule } from './rules.ts'
import { isWithin, type Scope } from './scope.ts'
import type { Write } from './write.ts'

/** A webhook of a configuration. The schema of the kind has filled in what has a default. */
export interface WebhookWords extends Scope {
  readonly name: string
  readonly clientConfig: ClientConfig
  readonly rules?: readonly Rule[]
  readonly matchPolicy?: string
  readonly failurePolicy?: string
  readonly timeoutSeconds?: number
  readonly sideEffects: string
  readonly admissionReviewVersions: readonly string[]
  readonly reinvocationPolicy?: string
  readonly matchConditions?: readonly Condition[]
}

/** Seconds, when the configuration does not say. */
const defaultTimeout = 10

const spoken = ['v1', 'v1beta1']

/** It did not answer, or not as it should. */
class Failed extends Error {}

/** What someone says who refuses, as the answer to the user. */
const denial = (name: string, { status }: Verdict): ApiError => {
  const { code = 0, message, reason } = status
  const by = `admission webhook "${name}" denied the request`
  const text = message ? `${by}: ${message}` : reason ? `${by}: ${reason}` : `${by} without explanation`
  return new ApiError({
    ...status,
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: text,
    ...(reason && { reason }),
    code: code >= 400 && code < 600 ? code : 400,
  })
}

/** A webhook, and the connections to it. */
export class Hook {
  readonly words: WebhookWords
  readonly #mutates: boolean
  readonly #outside: Outside
  readonly #line: Line

  constructor(words: WebhookWords, mutates: boolean, outside: Outside) {
    this.words = words
    this.#mutates = mutates
    this.#outside = outside
    this.#line = new Line(outside, words.clientConfig)
  }

  close(): void {
    this.#line.close()
  }

  /** What it says of a write, in the version of it that it wants to see; undefined when it has nothing to say. Throws a refusal. */
  async ask(write: Write, served: Served): Promise<Verdict | undefined> {
    if (!isWithin(this.words, this.#outside.objects, write)) return undefined
    try {
      if (!(await this.#isMeant(write, served))) return undefined
      const verdict = await this.#verdict(write, served)
      for (const [key, value] of Object.entries(verdict.annotations)) write.annotate(`${this.words.name}/${key}`, value)
      if (verdict.allowed) return verdict
      throw denial(this.words.name, verdict)
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      return this.#open(error)
    }
  }

  /** A failure that the configuration wants to be let pass. */
  #open(error: Failed): undefined {
    if (this.words.failurePolicy === 'Ignore') return undefined
    throw error.cause instanceof ApiError ? error.cause : refusal.internal(error.message, error)
  }

  async #isMeant(write: Write, served: Served): Promise<boolean> {
    const { matchConditions = [] } = this.words
    if (matchConditions.length === 0) return true
    try {
      return await write.rights.settle(() => meets(matchConditions, valuesOf(write, served)))
    } catch (cause) {
      const why = `${reasonOf(cause)}`
      throw new Failed(why, { cause: refusal.forbidden(write.served, write.name, why) })
    }
  }

  async #verdict(write: Write, served: Served): Promise<Verdict> {
    const { name, timeoutSeconds = defaultTimeout, admissionReviewVersions } = this.words
    const version = admissionReviewVersions.find((each) => spoken.includes(each)) ?? 'v1'
    const uid = randomUUID()
    const answer = await this.#line
      .ask(questionOf(version, uid, write, served), timeoutSeconds * 1000)
      .catch((error: unknown) => {
        throw new Failed(`failed calling webhook "${name}": failed to call webhook: ${reasonOf(error)}`)
      })
    try {
      return verdictIn(answer, version, uid, this.#mutates)
    } catch (error) {
      throw new Failed(`failed calling webhook "${name}": received invalid webhook response: ${reasonOf(error)}`)
    }
  }
}
