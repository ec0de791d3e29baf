import { type Cluster, lasting } from '@flotilla/sdk'

/** The clusters as one cycle sees them, sorted out once for all the bindings it schedules. */
export interface Snapshot {
  /** All but those that are going away, by name. */
  readonly clusters: readonly Cluster[]
  /** Those a binding may stay in. */
  readonly staying: ReadonlySet<string>
  /** Every cluster there is, those that are going away included. */
  readonly names: ReadonlySet<string>
}

/** In order from the start, what is ranked by name last needs next to no sorting. */
const byName = ({ metadata: a }: Cluster, { metadata: b }: Cluster): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

export function snapshotOf(all: readonly Cluster[]): Snapshot {
  const clusters = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byName)
  return {
    clusters: lasting(clusters),
    staying: new Set(clusters.map(({ metadata }) => metadata.name)),
    names: new Set(all.map(({ metadata }) => metadata.name)),
  }
}
