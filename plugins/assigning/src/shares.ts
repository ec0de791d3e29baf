import type { Binding, Share, schedule, TargetCluster } from '@flotilla/sdk'

/** Where a workload without replicas stays: the clusters it is in already. */
function placesKept(binding: Binding, clusters: readonly schedule.Feasible[]): readonly TargetCluster[] {
  const now = new Set(binding.spec.clusters?.map(({ name }) => name))
  return clusters
    .filter(({ cluster }) => now.has(cluster.metadata.name))
    .map(({ cluster }) => ({ name: cluster.metadata.name, replicas: 0 }))
}

/**
 * The targets of a division. A cluster that got nothing is none, or a workload would be in clusters it has no replica in.
 * But one that is scaled to zero stays where it is: its objects are not deleted and made again each time.
 */
export const targetsOf = (
  { binding, clusters }: schedule.Feasibility,
  shares: readonly Share[],
): readonly TargetCluster[] =>
  (binding.spec.replicas ?? 0) === 0
    ? placesKept(binding, clusters)
    : shares.filter(({ seats }) => seats > 0).map(({ name, seats }) => ({ name, replicas: seats }))
