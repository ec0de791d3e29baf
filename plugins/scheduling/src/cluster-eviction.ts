import { type Binding, definePlugin, on, schedule } from '@flotilla/sdk'
import { refuseEach } from './refusal.ts'

const reason = 'cluster(s) is in the process of eviction'

/** The clusters a binding is leaving. */
export const leftClusters = ({ spec: { gracefulEvictionTasks = [] } }: Binding): ReadonlySet<string> =>
  new Set(gracefulEvictionTasks.map(({ fromCluster }) => fromCluster))

export const clusterEviction = definePlugin({
  name: 'cluster-eviction',
  extensions: () => [
    on(schedule.filter, ({ binding, clusters }) => {
      const left = leftClusters(binding)
      if (left.size === 0) return undefined
      return refuseEach(clusters, ({ metadata }) => (left.has(metadata.name) ? reason : undefined), {
        resolvable: false,
        resolvedBy: [],
      })
    }),
  ],
})
