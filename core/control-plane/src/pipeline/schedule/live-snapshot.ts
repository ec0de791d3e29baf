import type { Cluster, Store } from '@flotilla/sdk'
import { type Snapshot, snapshotOf } from './snapshot.ts'
import { isOtherToExpressions } from './touched.ts'

/** The snapshot of now. */
export interface LiveSnapshot {
  /** The same one until a cluster changes. */
  current(): Snapshot
  /** Counts the changes that can change where bindings may go. */
  readonly epoch: number
}

export function liveSnapshot(clusters: Store<Cluster>): LiveSnapshot {
  let snapshot: Snapshot | undefined
  let epoch = 0
  clusters.listen((change) => {
    snapshot = undefined
    if (isOtherToExpressions(change)) epoch++
  })
  return {
    current() {
      snapshot ??= snapshotOf(clusters.list())
      return snapshot
    },
    get epoch() {
      return epoch
    },
  }
}
