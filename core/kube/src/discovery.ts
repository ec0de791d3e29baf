import type { Kind } from '@flotilla/sdk'

/** A kind with what may be done to it. */
export interface ServedKind extends Kind {
  readonly verbs: readonly string[]
}

/** What a server serves, remembered for a while. */
export interface Discovery {
  /** Every kind, subresources left out; the preferred version of each group first. */
  kinds(): Promise<readonly ServedKind[]>
  /** One kind, or undefined. A kind not seen yet is looked up again, at most once in a few seconds. */
  find(apiVersion: string, kind: string): Promise<ServedKind | undefined>
  /** Forgets, so that the next question asks the server. */
  forget(): void
}
