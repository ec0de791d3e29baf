/** By which means a Service gets from one cluster to another. */
export type Means = 'ServiceExport' | 'MultiClusterService' | 'ServiceImport'

/** Whether something came about in a cluster; if not, or not wholly, why. */
export interface Step {
  readonly done: boolean
  readonly why?: string
}

/** The endpoints of a cluster, as another one has them. */
export interface Arrived {
  readonly from: string
  readonly ready: number
  readonly all: number
}

/** Why the endpoints of a cluster are not in another one. */
export interface Missing {
  readonly from: string
  readonly why: string
}

/** A Service in one cluster. */
export interface ServiceInCluster {
  readonly cluster: string
  readonly exported?: Step
  readonly imported?: Step
  /** Addresses it has there as an imported one. */
  readonly ips: readonly string[]
  /** Why its endpoints here are used by nobody while others are ready. */
  readonly withdrawn?: string
  readonly endpoints: readonly Arrived[]
  readonly missing: readonly Missing[]
  /** Why nothing can be said of it. */
  readonly silent?: string
}

/** What became of a Service by one means. */
export interface ServiceReport {
  readonly means: Means
  readonly clusters: readonly ServiceInCluster[]
  /** What concerns all clusters. */
  readonly notes: readonly string[]
}
