import { type Delegate, type GroupVersion, groupVersionIn, split } from './delegate.ts'
import { discover, type Findings } from './discovery.ts'
import { last, type Priority } from './priority.ts'

/** A version of a group, of somebody else's. */
export interface Foreign extends GroupVersion, Findings {
  readonly priority: Priority
}

/** Who answers for what the server does not serve itself. */
export class Delegates {
  readonly #delegates: ReadonlyMap<string, Delegate>
  #found: readonly Foreign[] = []
  #generation = 0

  constructor(groups: Readonly<Record<string, Delegate>> = {}) {
    this.#delegates = new Map(Object.entries(groups))
  }

  /** Grows with every change of what is found. */
  get generation(): number {
    return this.#generation
  }

  /** Who answers at a path; undefined: the server does. */
  at(path: string): Delegate | undefined {
    if (this.#delegates.size === 0) return undefined
    const groupVersion = groupVersionIn(path)
    return groupVersion === undefined ? undefined : this.#delegates.get(groupVersion)
  }

  /** What they serve. */
  list(): readonly Foreign[] {
    return this.#found
  }

  /** Asks all of them what they serve. */
  async discover(): Promise<void> {
    this.#found = await Promise.all(
      [...this.#delegates].map(async ([groupVersion, delegate]) => {
        const of = split(groupVersion)
        return { ...of, priority: last, ...(await discover(delegate, of)) }
      }),
    )
    this.#generation += 1
  }
}
