import { definePlugin } from '@flotilla/sdk'
import { type Companions, groupFilter } from './workload-group.ts'

/** Whether all others of the group are in the cluster. The first of a group may go anywhere. */
export const isWithOthers = (others: Companions, cluster: string): boolean =>
  others.every((clusters) => clusters.has(cluster))

export const workloadAffinity = definePlugin({
  name: 'workload-affinity',
  extensions: groupFilter({
    groupOf: ({ spec }) => spec.workloadAffinityGroups?.affinityGroup,
    fits: isWithOthers,
    reason: 'ResourceBinding with the same affinity group does not target this cluster',
  }),
})
