import { deepEqual, isTrue, keyOf, keyText, type Manifest, prune, type Work } from '@flotilla/sdk'
import { digest } from '../../manifest/digest.ts'
import type { Applied } from './apply.ts'

/** What was asked for one manifest of a Work, and what came of it. */
interface Answer {
  readonly desired: Manifest
  /** Of the object, pruned: objects in members are many, and their cache has them already. */
  readonly digest: string
}

/** What is known of a Work since the process began. */
interface Known {
  /** By place in the Work; only where the member made something else of what was asked. */
  readonly answers: ReadonlyMap<number, Answer>
  /** The generation of the Work of which the member held everything. */
  readonly settled?: number
  /** The version of the object that was written last. */
  readonly written?: string
}

const nothing: Known = { answers: new Map() }

/** What members made of what was asked of them. */
export class Answers {
  readonly #works = new Map<string, Known>()

  /** What was asked, if the object is what the member made of it. */
  get(work: Work, ordinal: number, observed: Manifest): Applied | undefined {
    const answer = this.#of(work).answers.get(ordinal)
    if (!answer) return undefined
    const pruned = prune(observed)
    return digest(pruned) === answer.digest ? { desired: answer.desired, answer: pruned } : undefined
  }

  /** An answer that says what was asked need not be remembered. */
  remember(work: Work, ordinal: number, desired: Manifest, sent: Manifest, answer: Manifest): void {
    const { answers, written: _, ...rest } = this.#of(work)
    const { resourceVersion: written } = answer.metadata
    const pruned = prune(answer)
    const others = [...answers].filter(([place]) => place !== ordinal)
    const own = deepEqual(prune(sent), pruned) ? [] : [[ordinal, { desired, digest: digest(pruned) }] as const]
    const all = [...others, ...own]
    this.#works.set(keyText(keyOf(work)), {
      ...rest,
      ...(written && { written }),
      answers: all.length > 0 ? new Map(all) : nothing.answers,
    })
  }

  /**
   * What was desired the last time, as far as that matters: undefined where the member adds nothing to it. After a start
   * it is what is desired now, if it had been applied.
   */
  last(work: Work, ordinal: number, desired: Manifest): Manifest | undefined {
    const { answers, settled } = this.#of(work)
    const isFresh = settled === undefined
    return (
      answers.get(ordinal)?.desired ?? (isFresh && isTrue(work.status?.conditions, 'Applied') ? desired : undefined)
    )
  }

  /** The member holds all that a Work says. */
  settle(work: Work): void {
    this.#works.set(keyText(keyOf(work)), { ...this.#of(work), settled: generationOf(work) })
  }

  /** Whether the member held all that the Work says before: what differs now was changed there. */
  wasSettled(work: Work): boolean {
    return this.#of(work).settled === generationOf(work)
  }

  /** Whether an object is as it was written last: then there is nothing to look at. */
  isOwn(workText: string, { metadata }: Manifest): boolean {
    const written = this.#works.get(workText)?.written
    return written !== undefined && written === metadata.resourceVersion
  }

  forget(workText: string): void {
    this.#works.delete(workText)
  }

  #of(work: Work): Known {
    return this.#works.get(keyText(keyOf(work))) ?? nothing
  }
}

const generationOf = ({ metadata }: Work): number => metadata.generation ?? 0
