import { type BindingSpec, type Cluster, definePlugin, hasReplicas, on, type PerCluster, schedule } from '@flotilla/sdk'
import { fitsModels } from './models.ts'
import { assumedParts, countedOf, type Part, together } from './parts.ts'
import { type Amounts, fits, plus } from './quantities.ts'
import { freeOf } from './summary.ts'

/** The largest number of replicas there is. */
const most = 2n ** 31n - 1n

/** What is to be counted, read once for all clusters. */
interface Wanted {
  readonly parts: readonly Part[]
  /** What all parts together ask for, and of that the pods. */
  readonly request: Amounts
  readonly pods: Amounts
  /** A set of several parts has to fit into the sum of what is free as well. */
  readonly isSet: boolean
}

function wantedOf(spec: BindingSpec): Wanted | undefined {
  const parts = countedOf(spec)
  if (!parts) return undefined
  const request = together(parts)
  return { parts, request, pods: new Map([['pods', request.get('pods') ?? 0n]]), isSet: !hasReplicas(spec) }
}

/**
 * How many more sets of parts a cluster can take, by what it reports of its resources: free pods, and how often the
 * request fits into its nodes as they are modelled, or else into all that is free; less what was given to it and is not
 * counted there yet. A cluster that reports nothing can take none.
 */
function estimateSets({ spec, status }: Cluster, wanted: Wanted, assumed: readonly Part[]): number {
  const summary = status?.resourceSummary
  if (!summary) return 0
  const { parts, request, pods, isSet } = wanted
  const free = assumed.length > 0 ? plus(freeOf(summary), together(assumed), -1n) : freeOf(summary)
  const modelled = fitsModels(parts, assumed, spec, summary)
  const all = modelled === undefined || isSet ? fits(request, free) : undefined
  const bounds = [fits(pods, free), modelled, all].filter((bound) => bound !== undefined)
  return Number(bounds.reduce((a, b) => (b < a ? b : a), most))
}

/** What each cluster can take of a binding: replicas, or sets of its components; no opinion on what needs no room. */
export function estimateGenerally({
  binding,
  clusters,
  assumed = {},
}: schedule.Candidates): PerCluster<number> | undefined {
  const wanted = wantedOf(binding.spec)
  if (!wanted) return undefined
  const sets = (cluster: Cluster) => estimateSets(cluster, wanted, assumedParts(assumed[cluster.metadata.name] ?? []))
  return Object.fromEntries(clusters.map((cluster) => [cluster.metadata.name, sets(cluster)]))
}

export const general = definePlugin({
  name: 'general-estimator',
  extensions: () => [on(schedule.estimate, estimateGenerally)],
})
