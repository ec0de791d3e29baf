import type { Cluster } from '@flotilla/sdk'

/** The clusters as one cycle sees them, sorted out once for all the bindings it schedules. */
export interface Snapshot {
  /** All but those that are going away. */
  readonly clusters: readonly Cluster[]
  /** Those a binding may stay in. */
  readonly staying: ReadonlySet<string>
  /** Every cluster there is, those that are going away included. */
  readonly names: ReadonlySet<string>
}

export function snapshotOf(all: readonly Cluster[]): Snapshot {
  const clusters = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return {
    clusters,
    staying: new Set(clusters.map(({ metadata }) => metadata.name)),
    names: new Set(all.map(({ metadata }) => metadata.name)),
  }
}
