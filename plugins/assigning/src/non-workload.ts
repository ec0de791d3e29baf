import { definePlugin, hasReplicas, isPlacedAsSet, on, schedule, type TargetCluster } from '@flotilla/sdk'

/** All components, where they stay together: whole in one cluster that has room for them, or that they are in already. */
function assignSet({ binding: { spec }, clusters }: schedule.Feasibility): schedule.Assignment {
  const here = new Set(spec.clusters?.map(({ name }) => name))
  const able = clusters.filter(({ cluster, estimate = 1 }) => estimate > 0 || here.has(cluster.metadata.name))
  if (able.length === 0) {
    return { unschedulable: 'Clusters available replicas 0 are not enough to schedule.', resolvedBy: ['room'] }
  }
  const components = spec.components?.map(({ name, replicas }) => ({ name, replicas }))
  return { targets: able.map(({ cluster }) => ({ name: cluster.metadata.name, ...(components && { components }) })) }
}

/** Every selected cluster, without a number, for what has no replicas to divide. */
export function assignNonWorkload(asked: schedule.Feasibility): schedule.Assignment | undefined {
  const { binding, placement, clusters } = asked
  if (hasReplicas(binding.spec)) return undefined
  if (isPlacedAsSet(binding.spec, placement)) return assignSet(asked)
  return { targets: clusters.map(({ cluster }): TargetCluster => ({ name: cluster.metadata.name })) }
}

export const nonWorkload = definePlugin({
  name: 'assign-non-workload',
  extensions: () => [on(schedule.assign, assignNonWorkload)],
})
