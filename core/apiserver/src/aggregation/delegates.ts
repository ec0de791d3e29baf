import { type Delegate, groupVersionIn, split } from './delegate.ts'
import { discover } from './discovery.ts'
import type { Foreign } from './foreign.ts'
import { last } from './priority.ts'

/** Others that come and go. */
interface Changing {
  readonly generation: number
  readonly size: number
  at(groupVersion: string): Delegate | undefined
  list(): readonly Foreign[]
}

const nobody: Changing = { generation: 0, size: 0, at: () => undefined, list: () => [] }

/** Who answers for what the server does not serve itself: somebody in the process, or another API server. */
export class Delegates {
  readonly #groups: ReadonlyMap<string, Delegate>
  readonly #remotes: Changing
  #found: readonly Foreign[] = []
  #discoveries = 0

  constructor(groups: Readonly<Record<string, Delegate>> = {}, remotes = nobody) {
    this.#groups = new Map(Object.entries(groups))
    this.#remotes = remotes
  }

  /** Grows with every change of what they serve. */
  get generation(): number {
    return this.#discoveries + this.#remotes.generation
  }

  /** Who answers at a path; undefined: the server does. */
  at(path: string): Delegate | undefined {
    if (this.#groups.size === 0 && this.#remotes.size === 0) return undefined
    const groupVersion = groupVersionIn(path)
    return groupVersion === undefined ? undefined : (this.#groups.get(groupVersion) ?? this.#remotes.at(groupVersion))
  }

  /** What they serve. */
  list(): readonly Foreign[] {
    return [...this.#found, ...this.#remotes.list()]
  }

  /** Asks those in the process what they serve. */
  async discover(): Promise<void> {
    this.#found = await Promise.all(
      [...this.#groups].map(async ([groupVersion, answer]) => {
        const of = split(groupVersion)
        return { ...of, priority: last, answer, ...(await discover(answer, of)) }
      }),
    )
    this.#discoveries += 1
  }
}
