import { definePlugin } from '@flotilla/sdk'
import { type Companions, groupFilter } from './workload-group.ts'

/** Whether none of the others of the group is in the cluster. */
export const isAlone = (others: Companions, cluster: string): boolean =>
  !others.some((clusters) => clusters.has(cluster))

export const workloadAntiAffinity = definePlugin({
  name: 'workload-anti-affinity',
  extensions: groupFilter({
    groupOf: ({ spec }) => spec.workloadAffinityGroups?.antiAffinityGroup,
    fits: isAlone,
    reason: 'cluster already has workload with the same anti-affinity group',
  }),
})
