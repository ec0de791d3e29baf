import type { Change } from './change.ts'
import { weightOf } from './weight.ts'

/** How many forgotten changes may lie about before their places are given back. */
const slack = 512

/** How much of what is no more may be remembered, in bytes: large objects that change often would fill the memory. */
const usualWeight = 64 * 1024 * 1024

/** What is kept only to be remembered. */
const heldBy = ({ before }: Change): number => (before ? weightOf(before) : 0)

/**
 * The last changes of all resources, in order. What is forgotten is remembered by resource, so that who watches a
 * quiet resource is not sent away because of a busy one.
 */
export class History {
  readonly #changes: Change[] = []
  readonly #forgotten: Map<string, number>
  readonly #limit: number
  readonly #mostWeight: number
  #start = 0
  #weight = 0

  /** `forgotten` has the revision of the last change of each resource before the first one pushed. */
  constructor(limit: number, forgotten: ReadonlyMap<string, number>, mostWeight = usualWeight) {
    this.#limit = limit
    this.#mostWeight = mostWeight
    this.#forgotten = new Map(forgotten)
  }

  push(change: Change): void {
    this.#changes.push(change)
    this.#weight += heldBy(change)
    while (this.#isFull) this.#forget()
    if (this.#start >= slack) this.#compact()
  }

  /** Changes of a resource after a revision, oldest first; undefined when some of them are forgotten. */
  since(resource: string, revision: number): readonly Change[] | undefined {
    if (revision < (this.#forgotten.get(resource) ?? 0)) return undefined
    return this.#changes.slice(this.#after(revision)).filter((change) => change.resource === resource)
  }

  get #isFull(): boolean {
    const count = this.#changes.length - this.#start
    return count > this.#limit || (count > 1 && this.#weight > this.#mostWeight)
  }

  #forget(): void {
    const oldest = this.#changes[this.#start]
    if (oldest === undefined) return
    this.#forgotten.set(oldest.resource, oldest.revision)
    this.#weight -= heldBy(oldest)
    this.#start += 1
  }

  #compact(): void {
    this.#changes.splice(0, this.#start)
    this.#start = 0
  }

  /** The index of the first change after a revision. */
  #after(revision: number): number {
    let low = this.#start
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}
