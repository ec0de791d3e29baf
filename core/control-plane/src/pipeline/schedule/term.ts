import {
  type Binding,
  type Cluster,
  type ClusterAffinity,
  isWorkload,
  matchesCluster,
  type Placement,
} from '@flotilla/sdk'

/** One way to place a binding: the placement's only affinity, or one of its `clusterAffinities`. */
export interface Term {
  /** Only terms of `clusterAffinities` have one. */
  readonly name?: string
  /** Its own affinity, then those it overflows into. Undefined: every cluster. */
  readonly tiers: readonly (ClusterAffinity | undefined)[]
}

/** No affinity names a cluster, and yet it passed the filters. */
const beyond = 1000

/** The tier a cluster belongs to: the first that names it. */
export function tierOf({ tiers }: Term, cluster: Cluster): number {
  const found = tiers.findIndex((affinity) => matchesCluster(affinity, cluster))
  return found < 0 ? beyond : found
}

/** Every way to place a binding, in the order of the placement. Only workloads overflow. */
export function termsOf({ spec }: Binding, { clusterAffinity, clusterAffinities }: Placement): readonly Term[] {
  if (!clusterAffinities?.length) return [{ tiers: [clusterAffinity] }]
  const overflows = isWorkload(spec)
  return clusterAffinities.map((term) => ({
    name: term.affinityName,
    tiers: overflows ? [term, ...(term.overflowAffinities ?? [])] : [term],
  }))
}

/** The terms still to be tried: a placement never goes back to an earlier one, unless all is to be decided afresh. */
export function termsLeft(terms: readonly Term[], observed: string | undefined, fresh: boolean): readonly Term[] {
  const at = fresh ? -1 : terms.findIndex(({ name }) => name !== undefined && name === observed)
  return at > 0 ? terms.slice(at) : terms
}

/** The clusters named in terms that do not exist, sorted. */
export function absentFrom(names: ReadonlySet<string>, terms: readonly Term[]): readonly string[] {
  const named = terms.flatMap(({ tiers }) => tiers.flatMap((affinity) => affinity?.clusterNames ?? []))
  return [...new Set(named.filter((name) => !names.has(name)))].sort()
}
