import {
  type Cluster,
  type ClusterAffinity,
  definePlugin,
  isWorkload,
  matchesCluster,
  on,
  schedule,
} from '@flotilla/sdk'
import { objecting } from './refusal.ts'

const reason = 'cluster(s) did not match the placement cluster affinity constraint'

/** The affinities that count in this attempt: any of them is enough. None: every cluster will do. */
export function affinitiesOf({ binding, placement, affinityName }: schedule.Candidates): readonly ClusterAffinity[] {
  const { clusterAffinity, clusterAffinities = [] } = placement
  if (clusterAffinity) return [clusterAffinity]
  const term = clusterAffinities.find((each) => each.affinityName === affinityName) ?? clusterAffinities[0]
  if (!term) return []
  return isWorkload(binding.spec) ? [term, ...(term.overflowAffinities ?? [])] : [term]
}

/** Whether a cluster is one that the affinities name. */
export const isWanted = (affinities: readonly ClusterAffinity[], cluster: Cluster): boolean =>
  affinities.length === 0 || affinities.some((affinity) => matchesCluster(affinity, cluster))

const raise = objecting({ resolvable: false, resolvedBy: ['labels', 'spec'] })

export const clusterAffinity = definePlugin({
  name: 'cluster-affinity',
  extensions: () => [
    on(schedule.filter, (asked) => {
      const affinities = affinitiesOf(asked)
      if (affinities.length === 0) return undefined
      const text = JSON.stringify(affinities)
      return raise(asked.clusters, text, (cluster) => (isWanted(affinities, cluster) ? undefined : reason))
    }),
  ],
})
