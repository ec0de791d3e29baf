/** What proves who asks. */
export interface Credentials {
  /** The `Authorization` header: `Bearer ...`, `Basic ...`. */
  readonly authorization?: string
  /** Client certificate and key, PEM. */
  readonly cert?: string
  readonly key?: string
  /** Asks as this user, for whom the credentials may speak. */
  readonly impersonate?: string
}

/**
 * Where credentials come from. Asked before every request, so it remembers what it has; `rejected` says that the server
 * would not have the last ones, which were then fetched in vain or have ended early.
 */
export type CredentialSource = (rejected: boolean) => Credentials | Promise<Credentials>
