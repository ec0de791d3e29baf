import type { Cluster } from './api/cluster.ts'
import { isFields } from './fields.ts'
import { deepFreeze } from './freeze.ts'
import type { Candidates, Feasibility } from './points/schedule.ts'
import type { CandidatesRequest, FeasibilityRequest, ReviewedCluster } from './scheduling-review.ts'

/** Views by cluster: each is made once for many bindings. */
const views = new WeakMap<Cluster, ReviewedCluster>()

/** What a stranger sees of a cluster: nothing that is needed to reach it, and not the long list of what it serves. */
export function viewOf(cluster: Cluster): ReviewedCluster {
  const known = views.get(cluster)
  if (known) return known
  const view = deepFreeze(reviewed(cluster)) // made a text once, too
  views.set(cluster, view)
  return view
}

function reviewed({ apiVersion, kind, metadata, spec, status = {} }: Cluster): ReviewedCluster {
  const { name, uid, labels, annotations } = metadata
  const { syncMode, provider, region, zone, zones, taints, resourceModels } = spec
  const { kubernetesVersion, conditions, nodeSummary, resourceSummary } = status
  return given({
    apiVersion,
    kind,
    metadata: given({ name, uid, labels, annotations }),
    spec: given({ syncMode, provider, region, zone, zones, taints, resourceModels }),
    status: given({ kubernetesVersion, conditions, nodeSummary, resourceSummary }),
  })
}

type Given<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> }

/** The same without what is undefined, as JSON has it. */
const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T> // what is left

/** What a stranger is asked about clusters. */
export const candidatesRequest = (
  point: CandidatesRequest['point'],
  { binding, placement, affinityName, clusters }: Candidates,
): CandidatesRequest => ({
  point,
  binding,
  placement,
  ...(affinityName !== undefined && { affinityName }),
  clusters: clusters.map(viewOf),
})

/** What a stranger is asked about clusters that passed the filters. */
export const feasibilityRequest = (
  point: FeasibilityRequest['point'],
  { binding, placement, fresh, clusters }: Feasibility,
): FeasibilityRequest => ({
  point,
  binding,
  placement,
  fresh,
  clusters: clusters.map((feasible) => ({ ...feasible, cluster: viewOf(feasible.cluster) })),
})

/** A selection by name, with the clusters that were meant. A name nobody knows stays for the point's check to find. */
export function selectionOf(answer: unknown, { clusters }: Feasibility): unknown {
  if (!isFields(answer) || !Array.isArray(answer.clusters)) return answer
  const known = new Map(clusters.map((feasible) => [feasible.cluster.metadata.name, feasible]))
  return {
    clusters: answer.clusters.map((name: string) => known.get(name) ?? { cluster: { metadata: { name } } }),
  }
}
