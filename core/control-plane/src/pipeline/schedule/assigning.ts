import { type Binding, keyOf, keyText, type Store } from '@flotilla/sdk'
import { isBehind } from '../../manifest/template.ts'
import type { Decision } from './schedule.ts'

/** What is being written, or was a moment ago. */
interface Placed {
  readonly binding: Binding
  /** The version it was written as. */
  readonly version?: string
}

const textOf = (binding: Binding): string => keyText(keyOf(binding))

/** Whether bindings share a workload affinity group. Groups end with their namespace. */
function areCompanions({ metadata: a, spec: { workloadAffinityGroups: one = {} } }: Binding, other: Binding): boolean {
  const { metadata: b, spec } = other
  const { affinityGroup, antiAffinityGroup } = spec.workloadAffinityGroups ?? {}
  if (a.namespace !== b.namespace || a.name === b.name) return false
  const isTogether = affinityGroup !== undefined && affinityGroup === one.affinityGroup
  return isTogether || (antiAffinityGroup !== undefined && antiAffinityGroup === one.antiAffinityGroup)
}

/** Until it is written nobody knows whether it will be: what it has and what it is to have both count. */
function asBeingPlaced(binding: Binding, { targets = [] }: Decision): Binding {
  const now = binding.spec.clusters ?? []
  const more = targets.filter(({ name }) => now.every((target) => target.name !== name))
  return { ...binding, spec: { ...binding.spec, clusters: [...now, ...more] } }
}

/**
 * Where bindings of workload affinity groups were just sent. A store hears of a write a moment later: without this, bindings
 * of one group that are placed in that moment would not know of each other.
 */
export class Assigning {
  readonly #placed = new Map<string, Placed>()
  readonly #turns = new Map<string, Promise<unknown>>()
  readonly #store: Store<Binding>

  constructor(store: Store<Binding>) {
    this.#store = store
  }

  /** Decides where a binding goes while no other of its namespace that is of a group does. */
  async inTurn(binding: Binding, decide: (assigning: readonly Binding[]) => Promise<Decision>): Promise<Decision> {
    if (!binding.spec.workloadAffinityGroups) return decide([])
    const { namespace = '' } = binding.metadata
    const turn = this.#after(this.#turns.get(namespace), binding, decide)
    this.#turns.set(namespace, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(namespace) === turn) this.#turns.delete(namespace)
    }
  }

  async #after(
    before: Promise<unknown> | undefined,
    binding: Binding,
    decide: (assigning: readonly Binding[]) => Promise<Decision>,
  ): Promise<Decision> {
    await before?.catch(() => undefined)
    const decision = await decide(this.#companionsOf(binding))
    this.#placed.set(textOf(binding), { binding: asBeingPlaced(binding, decision) })
    return decision
  }

  /** What was decided is written: `after` is the binding as it is now. */
  wrote(before: Binding, after: Binding): void {
    const text = textOf(before)
    if (!this.#placed.has(text)) return
    if (before === after) this.#placed.delete(text)
    else this.#placed.set(text, { binding: after, version: after.metadata.resourceVersion })
  }

  /** What was decided is not written. */
  gaveUp(binding: Binding): void {
    this.#placed.delete(textOf(binding))
  }

  /** Those of the same groups that the store may not show as they are. */
  #companionsOf(binding: Binding): readonly Binding[] {
    for (const [text, placed] of this.#placed) if (this.#isKnown(placed)) this.#placed.delete(text)
    return [...this.#placed.values()].map((placed) => placed.binding).filter((other) => areCompanions(binding, other))
  }

  #isKnown({ binding, version }: Placed): boolean {
    if (version === undefined) return false
    const stored = this.#store.get(keyOf(binding))
    return !stored || !isBehind(stored.metadata.resourceVersion, version)
  }
}
