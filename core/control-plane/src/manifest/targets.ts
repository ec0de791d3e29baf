import type { Binding, Index, TargetCluster } from '@flotilla/sdk'

/** Where a binding's template has to be: the clusters it was scheduled to, then those of the bindings that depend on it. */
export function targetsOf({ spec: { clusters = [], requiredBy = [] } }: Binding): readonly TargetCluster[] {
  if (requiredBy.length === 0) return clusters
  const targets = new Map(clusters.map((target) => [target.name, target]))
  for (const target of requiredBy.flatMap((dependent) => dependent.clusters ?? [])) {
    if (!targets.has(target.name)) targets.set(target.name, target)
  }
  return [...targets.values()]
}

/** Bindings by the clusters they were scheduled to. */
export const byCluster: Index<Binding> = {
  name: 'cluster',
  values: ({ spec: { clusters = [] } }) => clusters.map(({ name }) => name),
}

const evictedFrom = ({ spec }: Binding, atOnce: boolean): readonly string[] =>
  (spec.gracefulEvictionTasks ?? [])
    .filter(({ purgeMode }) => (purgeMode === 'Directly') === atOnce)
    .map(({ fromCluster }) => fromCluster)

/** Clusters a binding has to leave before it may run anywhere else. */
export const expelledFrom = (binding: Binding): readonly string[] => evictedFrom(binding, true)

/** Clusters where a Work of the binding may be: its targets, and those it leaves once it runs elsewhere. */
export const expectedClusters = (binding: Binding): ReadonlySet<string> =>
  new Set([...targetsOf(binding).map(({ name }) => name), ...evictedFrom(binding, false)])
