import { type Binding, type Extension, type Host, type Index, on, resourceBindingKind, schedule } from '@flotilla/sdk'
import { refuseEach, targetNames } from './refusal.ts'

/** The clusters of each of the other bindings of a group. */
export type Companions = readonly ReadonlySet<string>[]

/** What bindings of one group, inside one namespace, mean to each other. */
export interface GroupRule {
  readonly groupOf: (binding: Binding) => string | undefined
  readonly fits: (others: Companions, cluster: string) => boolean
  /** Why not, when it does not fit. */
  readonly reason: string
}

/** The group of a binding, unique among all namespaces. Only namespaced bindings have groups. */
const addressOf = (binding: Binding, { groupOf }: GroupRule): string | undefined => {
  const group = binding.kind === resourceBindingKind.kind ? groupOf(binding) : undefined
  return group && `${binding.metadata.namespace ?? ''}/${group}`
}

const indexOf = (rule: GroupRule): Index<Binding> => ({
  name: `group: ${rule.reason}`,
  values: (binding) => {
    const address = addressOf(binding, rule)
    return address === undefined ? [] : [address]
  },
})

/** Those that are scheduled, without the binding itself; those just placed in place of what is stored of them. */
function companionsOf(stored: readonly Binding[], placed: readonly Binding[], { metadata }: Binding): Companions {
  const members = new Map([...stored, ...placed].map((member) => [member.metadata.name, member]))
  members.delete(metadata.name)
  return [...members.values()].filter(({ spec }) => (spec.clusters?.length ?? 0) > 0).map(targetNames)
}

/** Refuses clusters that do not fit where the others of the group are. Bindings without a group pass. */
export const groupFilter =
  (rule: GroupRule) =>
  (host: Host): readonly Extension[] => {
    const store = host.store(resourceBindingKind)
    const index = indexOf(rule)
    const refuse = async ({ binding, clusters, assigning = [] }: schedule.Candidates) => {
      const address = addressOf(binding, rule)
      if (address === undefined) return undefined
      await store.synced
      const placed = assigning.filter((each) => addressOf(each, rule) === address)
      const others = companionsOf(store.by(index, address), placed, binding)
      const targets = targetNames(binding)
      const objection = (name: string) => (targets.has(name) || rule.fits(others, name) ? undefined : rule.reason)
      return refuseEach(clusters, ({ metadata }) => objection(metadata.name), {
        resolvable: true,
        resolvedBy: ['bindings'],
      })
    }
    return [on(schedule.filter, refuse)]
  }
