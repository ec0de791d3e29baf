import { type Delegate, type GroupVersion, groupVersionIn } from './delegate.ts'
import { discover, type Findings } from './discovery.ts'

/** A version of a group, of somebody else's. */
export interface Foreign extends GroupVersion, Findings {}

const split = (groupVersion: string): GroupVersion => {
  const [group = '', version = ''] = groupVersion.split('/')
  return { group, version }
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
        return { ...of, ...(await discover(delegate, of)) }
      }),
    )
    this.#generation += 1
  }
}
