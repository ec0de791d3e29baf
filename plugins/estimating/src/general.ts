import { type Cluster, definePlugin, hasReplicas, on, type PerCluster, schedule } from '@flotilla/sdk'
import { fitsModels } from './models.ts'
import { type Amounts, amountsOf, fits } from './quantities.ts'
import { freeOf } from './summary.ts'

/** The largest number of replicas there is. */
const most = 2n ** 31n - 1n

/**
 * How many more replicas a cluster can take, by what it reports of its resources: free pods, and how often the request fits
 * into its nodes as they are modelled, or else into all that is free. A cluster that reports nothing can take none.
 */
export function estimateReplicas({ spec, status }: Cluster, request: Amounts): number {
  const summary = status?.resourceSummary
  if (!summary) return 0
  const free = freeOf(summary)
  const bounds = [free.pods, fitsModels(request, spec, summary) ?? fits(request, free.amounts) ?? most, most]
  const least = bounds.reduce((a, b) => (b < a ? b : a))
  return least > 0n ? Number(least) : 0
}

/** What each cluster can take of a binding; no opinion on what has no replicas. */
export function estimateGenerally({ binding, clusters }: schedule.Candidates): PerCluster<number> | undefined {
  if (!hasReplicas(binding.spec)) return undefined
  const request = amountsOf(binding.spec.replicaRequirements?.resourceRequest)
  return Object.fromEntries(clusters.map((cluster) => [cluster.metadata.name, estimateReplicas(cluster, request)]))
}

export const general = definePlugin({
  name: 'general-estimator',
  extensions: () => [on(schedule.estimate, estimateGenerally)],
})
