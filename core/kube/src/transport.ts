/** Who asks. Over HTTP the server finds out by itself; in the same process the caller is trusted to say. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
  /** Tells two users apart who have the same name one after the other. */
  readonly uid?: string
  /** What else is known of it. */
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** One request to a Kubernetes API server. */
export interface ApiRequest {
  readonly method: string
  /** Without the query: `/apis/apps/v1/namespaces/default/deployments/web`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Lower-case names. `content-type` and `accept` are the ones that matter. */
  readonly headers?: Readonly<Record<string, string>>
  /** Parsed. It belongs to the server from here on, which may freeze it. */
  readonly body?: unknown
  /** In-process requests only. */
  readonly user?: User
  readonly signal?: AbortSignal
}

export interface ApiResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Parsed; text when it was not JSON. An error's body is a `Status`. Frozen. */
  readonly body: unknown
}

/** An event as it is on the wire. The object of a bookmark carries only a resourceVersion, that of an `ERROR` is a `Status`. */
export interface WireEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: unknown
}

/** How requests reach a server: over HTTP, or straight into one in the same process. */
export interface Transport {
  /** For messages: the server's URL, or its name. */
  readonly address: string
  /** Rejects only when there was no answer. */
  send(request: ApiRequest): Promise<ApiResponse>
  /** A watch. Rejects with an `ApiError` when the server refuses it. Ends when the server or the signal ends it. */
  stream(request: ApiRequest): Promise<AsyncIterable<WireEvent>>
  close(): Promise<void>
}
