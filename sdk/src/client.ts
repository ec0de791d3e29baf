import type { Key, Kind } from './kind.ts'
import type { Json } from './manifest.ts'

export interface CallOptions {
  /** Ends the call. Every call also has the client's own timeout. */
  readonly signal?: AbortSignal
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean
  /** Recorded in `managedFields`; by default the client's own name. */
  readonly fieldManager?: string
  /** `status`, `scale`, ... By default the object itself. */
  readonly subresource?: string
  /** That the rest of what is answered is not needed: the server need not send it. By default the object is answered whole. */
  readonly answer?: 'metadata'
}

export interface ListOptions extends CallOptions {
  /** By default all namespaces. */
  readonly namespace?: string
  /** In kubectl's words: `app=web,tier in (a,b)`. */
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Page size; by default the whole list in one answer. */
  readonly limit?: number
  readonly continue?: string
  /** As in the Kubernetes API: unset is the most recent, `'0'` is any cached state. */
  readonly resourceVersion?: string
}

export interface List<T> {
  readonly resourceVersion: string
  /** Set when there are more pages. */
  readonly continue?: string
  readonly items: readonly T[]
}

export interface WatchOptions extends CallOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Events after this version. */
  readonly resourceVersion?: string
  /** The server ends the watch after so long. */
  readonly timeoutSeconds?: number
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

export interface DeleteOptions extends CallOptions {
  /** By default the server's choice for the kind. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly gracePeriodSeconds?: number
  /** The delete is refused with a conflict when the object is another one by now. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: boolean
}

/** A change to an object: which of the four languages of `PATCH`, and what it says. */
export interface Patch {
  readonly type: 'merge' | 'json' | 'strategic' | 'apply'
  readonly body: Json | object
  /** `apply` only: take fields from their owners. */
  readonly force?: boolean
}

/** A path asked as it is: discovery, health, logs. */
export interface RawRequest extends CallOptions {
  /** By default `GET`. */
  readonly method?: string
  /** May carry a query: `/livez?verbose`. */
  readonly path: string
  readonly body?: unknown
  /** The media types wanted, as in HTTP; by default `application/json`. */
  readonly accept?: string
}

export interface RawResponse {
  readonly status: number
  /** Parsed when the server said JSON, else text. */
  readonly body: unknown
}

/**
 * A Kubernetes API server, over HTTP or in the same process: nothing above can tell which. Objects handed in belong to
 * the client from then on (it may freeze them); objects handed out are frozen.
 *
 * Every method throws an `ApiError` for an answer that is not a success, and `errors.unreachable` when there was none.
 */
export interface Client {
  /** The object, or undefined when there is none. */
  get<T>(kind: Kind<T>, key: Key, options?: CallOptions & { subresource?: string }): Promise<T | undefined>
  list<T>(kind: Kind<T>, options?: ListOptions): Promise<List<T>>
  /** Ends when the server ends the stream; throws `ApiError` 410 when `resourceVersion` is too old. */
  watch<T>(kind: Kind<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>
  create<T>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>
  /** Replaces the object. With `metadata.resourceVersion` set, only if it is still that version. */
  update<T>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>
  patch<T>(kind: Kind<T>, key: Key, patch: Patch, options?: WriteOptions): Promise<T>
  /** Whether there was something to delete. */
  delete<T>(kind: Kind<T>, key: Key, options?: DeleteOptions): Promise<boolean>
  raw(request: RawRequest): Promise<RawResponse>
}
