import { deepEqual } from '@flotilla/sdk'
import type { Asked, Witnessed } from './witness.ts'

/** A decision that was made, maybe several times in a row with the same result: what led to it is the first one. */
export interface Remembered extends Witnessed {
  readonly times: number
  /** When it was made last, in milliseconds since the epoch, if that was more than once. */
  readonly until?: number
}

/** The last decisions about one binding, the oldest first. */
interface Kept {
  readonly decisions: readonly Remembered[]
  readonly bytes: number
}

const mebibyte = 2 ** 20
const ofOneBinding = 4

const messages = ({ decision, error }: Witnessed): readonly unknown[] =>
  decision ? decision.failures.map(({ message }) => message) : [String(error)]

/** Whether nothing came of a decision that did not come of the one before: another look, and no news. */
const isRepeated = (older: Witnessed, newer: Witnessed): boolean =>
  older.binding.metadata.generation === newer.binding.metadata.generation &&
  deepEqual(older.decision?.targets, newer.decision?.targets) &&
  deepEqual(messages(older), messages(newer))

function added(before: readonly Remembered[], made: Witnessed): readonly Remembered[] {
  const last = before.at(-1)
  if (last && isRepeated(last, made))
    return [...before.slice(0, -1), { ...last, times: last.times + 1, until: made.at }]
  return [...before, { ...made, times: 1 }].slice(-ofOneBinding)
}

/** Of filters, each cluster is refused once at most. */
const bytesOfQuestion = ({ point, answers, about, ranked = [] }: Asked): number =>
  16 * ranked.length + about * (point === 'schedule.filter' ? 96 * Math.min(answers.length, 1) : 32 * answers.length)

/** What a decision holds, by and large, and rather too much. */
const bytesOf = ({ candidates, asked }: Witnessed): number =>
  asked.reduce((sum, question) => sum + bytesOfQuestion(question), 4096 + 48 * candidates.size)

/** How the last decisions came about, within so much memory: the bindings that were not decided upon for longest go first. */
export class Decisions {
  readonly #byBinding = new Map<string, Kept>()
  readonly #limit: number
  #bytes = 0

  /** `memory` in MiB; with 0 nothing is kept. What is kept for a while costs the collector more than it costs to note it. */
  constructor(memory = 8) {
    this.#limit = memory * mebibyte
  }

  /** Whether anything is kept at all. */
  get keeps(): boolean {
    return this.#limit > 0
  }

  add(binding: string, made: Witnessed): void {
    const decisions = added(this.of(binding), made)
    const bytes = decisions.reduce((sum, decision) => sum + bytesOf(decision), 0)
    this.forget(binding)
    this.#byBinding.set(binding, { decisions, bytes })
    this.#bytes += bytes
    for (const oldest of this.#byBinding.keys()) {
      if (this.#bytes <= this.#limit) break
      this.forget(oldest)
    }
  }

  /** The oldest first. */
  of(binding: string): readonly Remembered[] {
    return this.#byBinding.get(binding)?.decisions ?? []
  }

  forget(binding: string): void {
    this.#bytes -= this.#byBinding.get(binding)?.bytes ?? 0
    this.#byBinding.delete(binding)
  }
}
