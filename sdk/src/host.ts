import type { Client } from './client.ts'
import type { Http } from './http.ts'
import type { Key, Kind } from './kind.ts'
import type { Manifest } from './manifest.ts'
import type { Outcome } from './outcome.ts'
import type { Ask, Extension } from './point.ts'
import type { Sandboxes } from './sandbox.ts'

export type LogFields = Readonly<Record<string, unknown>>

/** Structured logging: a constant message, and fields. Never a secret. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log with fields on every line. */
  with(fields: LogFields): Log
}

export interface MetricOptions {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
}

type Labels = Readonly<Record<string, string>>

/** Prometheus metrics. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter(options: MetricOptions): { add(labels?: Labels, amount?: number): void }
  gauge(options: MetricOptions): { set(value: number, labels?: Labels): void; forget(labels: Labels): void }
  /** Observes seconds, unless the help says otherwise. */
  histogram(options: MetricOptions & { readonly buckets?: readonly number[] }): {
    observe(value: number, labels?: Labels): void
  }
}

/** What happened to an object: created has only `after`, deleted only `before`. */
export interface Change<T> {
  readonly before?: T
  readonly after?: T
  /** The object was already there when the cache was filled. */
  readonly initial?: boolean
}

/** A way to look objects up, kept by the store from the first use on. An index is known by identity: make it once. */
export interface Index<T> {
  readonly name: string
  readonly values: (object: T) => Iterable<string>
}

/** The objects of a kind as last seen: frozen, kept current by a watch, without `managedFields`. */
export interface Store<T> {
  get(key: Key): T | undefined
  /** Of one namespace, or of all. */
  list(namespace?: string): readonly T[]
  by(index: Index<T>, value: string): readonly T[]
  /** Resolves once the store holds everything the server had when it was asked for. */
  readonly synced: Promise<void>
  /** Hears of every change after the objects already there. Returns what ends the hearing. */
  listen(listener: (change: Change<T>) => void): () => void
}

/** User changes go first, the backlog of a start after them. */
export type Priority = 'normal' | 'low'

/** How keys wait for their turn. */
export interface Queueing<T> {
  /**
   * The higher goes first, then the earlier. Asked when a key comes, about the object as the cache has it. By default all
   * are alike.
   */
  readonly rank?: (object: T | undefined) => number
  /** Milliseconds to wait after a first failure, and the longest; by default 5 ms and 60 s. */
  readonly waits?: { readonly baseMs: number; readonly capMs: number }
  /** Told how many keys wait to be reconciled, whenever that changes. */
  readonly onDepth?: (waiting: number) => void
}

export interface Controller {
  readonly name: string
  /** Runs until the signal; resolves when all workers have stopped. */
  run(signal: AbortSignal): Promise<void>
}

/** A controller reads as a sentence. `T` is the kind it is for. */
export interface ControllerBuilder<T = Manifest> {
  /** The kind to reconcile. `when` says which changes matter (by default all). */
  for<U>(kind: Kind<U>, when?: (change: Change<U>) => boolean): ControllerBuilder<U>
  /** A change of an object queues its controlling owner. */
  owns<U>(kind: Kind<U>, when?: (change: Change<U>) => boolean): ControllerBuilder<T>
  /** A change of an object queues the keys it maps to. */
  watches<U>(kind: Kind<U>, keys: (change: Change<U>) => Iterable<Key>): ControllerBuilder<T>
  /** Keys from anywhere else. `subscribe` returns what ends the subscription. */
  hears(subscribe: (enqueue: (key: Key, priority?: Priority) => void) => () => void): ControllerBuilder<T>
  /** How many keys are reconciled at once (by default 32). One key is never reconciled twice at once. */
  workers(count: number): ControllerBuilder<T>
  /** How keys wait. */
  queued(queueing: Queueing<T>): ControllerBuilder<T>
  /**
   * Level-based: the step gets the object as the cache has it, or undefined when it is gone, and makes the world so.
   * Throwing means backoff; a `FlotillaError` that is not `retry` means stop until something changes.
   */
  reconcile(step: (object: T | undefined, key: Key, signal: AbortSignal) => Promise<Outcome>): Controller
}

/** A connected member cluster. */
export interface Member {
  readonly name: string
  readonly client: Client
  /** Whether its last health check was good. */
  readonly ready: boolean
  /**
   * A cache of a kind in the member, one for each kind and selection however often it is asked for. It fills itself from
   * the first use on, also when the kind comes later, and ends with the member: one that is connected anew is another `Member`.
   */
  store<T>(kind: Kind<T>, selection?: MemberSelection): Store<T>
}

/** What of a member's objects is worth its memory. */
export interface MemberSelection {
  /** In kubectl's words. By default all there are. */
  readonly labelSelector?: string
  /**
   * What of an object is kept: with `metadata` that has its name and namespace. A cache is known by the identity of this
   * function: make it once.
   */
  readonly project?: (object: unknown) => unknown
}

export interface Members {
  get(name: string): Member | undefined
  list(): readonly Member[]
  /** Hears when a member comes, becomes ready or not ready, or goes. Returns what ends the hearing. */
  onReadiness(listener: (cluster: string) => void): () => void
}

/** Tells users what happened, as Kubernetes Events on the object. Repeated events are counted, not repeated. */
export type Recorder = (
  about: { readonly apiVersion: string; readonly kind: string; readonly metadata: Manifest['metadata'] },
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
) => void

/** What is done about an answer that is slow, or fails; what is not said is as for the plugin at the answer's point. */
export interface AnswerPolicy {
  /** Whose answer it is: it stands where the name of a plugin does. */
  readonly name: string
  /** How long it may take, in milliseconds. */
  readonly timeout?: number
  readonly failurePolicy?: 'fail' | 'ignore'
  readonly circuitBreaker?: {
    /** After so many failures in a row it is left alone; 0 is never. */
    readonly failures?: number
    /** For so many milliseconds. */
    readonly openFor?: number
    readonly counts?: 'unanswered' | 'all'
  }
}

/** Everything a plugin may do. Its log lines and metrics already carry its name; what it adds ends with its scope. */
export interface Host {
  /** The control plane's API. */
  readonly client: Client
  readonly members: Members
  readonly ask: Ask
  readonly log: Log
  readonly metrics: Metrics
  readonly event: Recorder
  /** The plugin's `options` in the config file, checked against its `schema`. */
  readonly options: unknown
  /** Now; a test may set it. */
  readonly now: () => Date
  /** Ends when the plugin's scope does. */
  readonly signal: AbortSignal
  /** Where programs of strangers run; those of a plugin end with its scope. */
  readonly sandboxes: Sandboxes
  /** Servers elsewhere; connections of a plugin end with its scope. */
  readonly http: Http
  /** An answer in the name of somebody a plugin speaks for, looked after as those of plugins are: measured, limited in time, checked. */
  observed(extension: Extension, policy: AnswerPolicy): Extension
  /** A shared cache of a kind in the control plane. */
  store<T>(kind: Kind<T>): Store<T>
  /** Begins a controller; the machine runs it while this process leads. */
  controller(name: string): ControllerBuilder
}
