import type { Manifest } from '@flotilla/sdk'

/** One object as it was written, or that it is gone. */
export interface Row {
  /** `deployments.apps`, `configmaps`. */
  readonly resource: string
  /** `namespace/name`, or the bare name of a cluster-scoped object. */
  readonly key: string
  readonly revision: number
  /** Absent when the write was a deletion. */
  readonly object?: Manifest
}

/** A row that is there. */
export interface StoredRow extends Row {
  readonly object: Manifest
}

/** What was stored when the server stopped, however it stopped. */
export interface Snapshot {
  /** The highest revision ever committed. */
  readonly revision: number
  /** Ordered by resource and key. */
  readonly rows: Iterable<StoredRow>
  /** The revision of the last change of each resource, deletions included. */
  readonly changed: ReadonlyMap<string, number>
}

/** Where objects survive the process. All reading is done from memory: storage is read once, and then only written. */
export interface Storage {
  /** Called once, before anything else. */
  open(): Promise<Snapshot>
  /** All rows or none. Resolves when they would survive the loss of power. Calls do not overlap. */
  commit(rows: readonly Row[]): Promise<void>
  /** Resolves when everything is on disk and nothing is held open. */
  close(): Promise<void>
}
