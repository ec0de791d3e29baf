import { definePlugin, hasReplicas, on, type Placement, schedule, type TargetCluster } from '@flotilla/sdk'

/** Whether the components of a workload stay together: the placement wants exactly one cluster. */
const wantsOneCluster = ({ spreadConstraints = [] }: Placement): boolean =>
  spreadConstraints.some(
    ({ spreadByField, minGroups, maxGroups }) => spreadByField === 'cluster' && minGroups === 1 && maxGroups === 1,
  )

/** Every selected cluster, without a number, for what has no replicas to divide; its components where they stay together. */
export function assignNonWorkload({
  binding: { spec },
  placement,
  clusters,
}: schedule.Feasibility): schedule.Assignment | undefined {
  if (hasReplicas(spec)) return undefined
  const { components = [] } = spec
  const together = components.length > 0 && wantsOneCluster(placement)
  const share = together ? { components: components.map(({ name, replicas }) => ({ name, replicas })) } : {}
  return { targets: clusters.map(({ cluster }): TargetCluster => ({ name: cluster.metadata.name, ...share })) }
}

export const nonWorkload = definePlugin({
  name: 'assign-non-workload',
  extensions: () => [on(schedule.assign, assignNonWorkload)],
})
