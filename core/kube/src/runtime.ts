import type { Client, ControllerBuilder, Kind, Log, Metrics, Recorder, Store } from '@flotilla/sdk'
import type { Discovery } from './discovery.ts'
import type { Worker, WorkerOptions } from './worker.ts'

export interface RuntimeOptions {
  readonly client: Client
  /** The `source.component` of events, the field manager of writes. */
  readonly name: string
  readonly log: Log
  readonly metrics: Metrics
  /** Ends everything the runtime started. */
  readonly signal: AbortSignal
  readonly now?: () => Date
}

export interface StoreOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly namespace?: string
  /** What of an object is kept. By default all but `managedFields`. */
  readonly project?: (object: unknown) => unknown
}

/** What controllers stand on: one client, its shared caches, and loops. */
export interface Runtime {
  readonly client: Client
  readonly log: Log
  readonly metrics: Metrics
  readonly discovery: Discovery
  readonly event: Recorder
  readonly signal: AbortSignal
  readonly now: () => Date
  /** One cache for each kind and selector, however often it is asked for. */
  store<T>(kind: Kind<T>, options?: StoreOptions): Store<T>
  controller(name: string): ControllerBuilder
  worker<K>(options: WorkerOptions<K>): Worker<K>
}
