import { errors, type Host, type schedule } from '@flotilla/sdk'
import { Line } from './line.ts'
import type { CallMetrics } from './metrics.ts'
import type { CallingOptions } from './options.ts'
import type { Question } from './question.ts'
import { Recent } from './recent.ts'

/** For how long an answer is the answer, in milliseconds, and how many are kept. */
const moment = 500
const mostRecent = 10_000

/** Karmada's word for "this cluster says nothing". */
const silence = -1

/** The lines to all estimators. */
export class Callers {
  readonly #host: Host
  readonly #options: CallingOptions
  readonly #metrics: CallMetrics
  readonly #lines = new Map<string, Line>()
  readonly #recent: Recent<number | undefined>

  constructor(host: Host, options: CallingOptions, metrics: CallMetrics) {
    this.#host = host
    this.#options = options
    this.#metrics = metrics
    this.#recent = new Recent(moment, mostRecent, () => performance.now())
    host.signal.addEventListener('abort', () => this.close())
  }

  /** What a cluster says, within the time there is; undefined: nothing that is of use. Never throws. */
  number(
    cluster: string,
    question: Question,
    assumed: readonly schedule.AssumedWorkload[],
  ): Promise<number | undefined> {
    const text = `${cluster}\n${question.text}\n${JSON.stringify(assumed)}`
    return this.#recent.get(text, () => this.#ask(cluster, question, assumed))
  }

  /** A cluster that is gone needs no line. */
  forget(cluster: string): void {
    this.#lines.get(cluster)?.close()
    this.#lines.delete(cluster)
  }

  close(): void {
    for (const cluster of [...this.#lines.keys()]) this.forget(cluster)
  }

  async #ask(
    cluster: string,
    question: Question,
    assumed: readonly schedule.AssumedWorkload[],
  ): Promise<number | undefined> {
    const line = this.#lineTo(cluster)
    if (line.isResting) {
      this.#metrics.asked.add({ member_cluster: cluster, result: 'skipped' })
      return undefined
    }
    const start = performance.now()
    try {
      const number = await question.put(cluster, assumed, (...asked) => line.ask(...asked))
      if (number < silence) throw errors.ESTIMATOR_ANSWER(cluster, String(number))
      this.#count(cluster, 'success', start)
      line.praise()
      return number === silence ? undefined : number
    } catch (error) {
      this.#count(cluster, 'error', start)
      line.complain(error)
      return undefined
    }
  }

  #count(member_cluster: string, result: 'success' | 'error', start: number): void {
    this.#metrics.asked.add({ member_cluster, result })
    this.#metrics.duration.observe((performance.now() - start) / 1000, { result })
  }

  #lineTo(cluster: string): Line {
    const { client, log } = this.#host
    const line =
      this.#lines.get(cluster) ?? new Line({ ...this.#options, cluster, client, log, now: () => performance.now() })
    this.#lines.set(cluster, line)
    return line
  }
}
