import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PassAnswer, User, WireEvent } from '@flotilla/kube'
import type { Session } from './session/session.ts'
import type { Watch } from './watch/watch.ts'

export type { User } from '@flotilla/kube'

/** The kind a body should be of. */
export interface BodyKind {
  readonly apiVersion: string
  readonly kind: string
}

/** Whose place someone wants to take for a request. */
export interface Impersonation {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** How a request came, for who passes it on. */
export interface Wire {
  readonly incoming: IncomingMessage
  /** Path and query as they were sent, below where the server is found. */
  readonly target: string
  readonly body?: Uint8Array
  /** Closed when nobody waits for the answer any more. */
  readonly outgoing: ServerResponse
}

/** One request, as far as it goes before it is understood. */
export interface Request {
  readonly method: string
  /** Without the query, decoded: `/apis/apps/v1/namespaces/default/deployments/web`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** The same, where a name may come more than once. */
  readonly search?: URLSearchParams
  /** Whether the connection may be had for another protocol. */
  readonly upgrade?: true
  readonly user: User
  /** Set when it is to be done as someone else, which has to be allowed. */
  readonly impersonation?: Impersonation
  readonly contentType?: string
  readonly accept?: string
  readonly userAgent?: string
  /**
   * The parsed body; undefined when there is none. A body in protobuf that does not say its kind is of the one that is expected. Throws the
   * `ApiError` that refuses a body that cannot be read.
   */
  readonly body: (expected: BodyKind) => unknown
  /** Ends a watch. */
  readonly signal?: AbortSignal
  /** Set where it came over a connection. */
  readonly wire?: Wire
}

/** An answer that is there at once. */
export interface BodyAnswer {
  readonly code: number
  /** Plain data, frozen where it is an object of the store; text for health checks; bytes for `contentType`. */
  readonly body: unknown
  /** Told to the user by kubectl, beside the answer. */
  readonly warnings?: readonly string[]
  /** Of a body in JSON that is more than that. */
  readonly contentType?: string
  /** Names this state of a document that is worth caching. */
  readonly etag?: string
}

/** An answer that goes on until the client, the server or the time ends it. */
export interface WatchAnswer {
  readonly watch: Watch
  /** How the client wants the events; as they are when absent. */
  readonly show?: (event: WireEvent) => WireEvent
}

/** An answer in plain text that may go on until the client or what it is about ends it. */
export interface TextAnswer {
  readonly text: (signal: AbortSignal) => AsyncIterable<string>
}

/** An answer of somebody else, in whatever words it has and as it comes. */
export type PassedAnswer = PassAnswer

/** An answer after which the connection is for a session. */
export interface SessionAnswer {
  readonly session: Session
}

export type Answer = BodyAnswer | WatchAnswer | TextAnswer | PassedAnswer | SessionAnswer

/** A yes-or-no parameter: whatever is not `0` or `false` is yes. */
export const isTrue = (value: string | undefined): boolean =>
  value !== undefined && value !== '0' && value.toLowerCase() !== 'false'
