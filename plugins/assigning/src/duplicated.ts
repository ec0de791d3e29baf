import { definePlugin, on, schedule, strategyOf } from '@flotilla/sdk'

/** All replicas to every selected cluster. */
export function assignDuplicated({
  binding,
  placement,
  clusters,
}: schedule.Feasibility): schedule.Assignment | undefined {
  if (strategyOf(placement) !== 'Duplicated') return undefined
  const { replicas = 0 } = binding.spec
  return { targets: clusters.map(({ cluster }) => ({ name: cluster.metadata.name, replicas })) }
}

export const duplicated = definePlugin({
  name: 'assign-duplicated',
  needs: ['assign-non-workload'],
  extensions: () => [on(schedule.assign, assignDuplicated)],
})
