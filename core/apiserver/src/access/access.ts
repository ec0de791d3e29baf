import type { User } from '@flotilla/kube'
import type { Authorize } from '../authorization.ts'
import type { Rbac } from './rbac/rbac.ts'
import type { Tokens } from './tokens.ts'

/** Who is who, and who may do what. */
export interface Access {
  /** Asked about everyone but `system:masters`. */
  readonly authorize: Authorize
  /** Set where roles and their bindings say who may do what. */
  readonly rbac?: Rbac
  /** Set where ServiceAccounts get tokens. */
  readonly tokens?: Tokens
  /** Who a bearer token stands for, when it is for one of the audiences; undefined: for nobody. */
  identify(token: string, audiences?: readonly string[]): Promise<Identity | undefined>
}

/** Someone, and for whom the proof was meant. */
export interface Identity {
  readonly user: User
  readonly audiences: readonly string[]
}

/** The group of all who are known. */
export const authenticated = 'system:authenticated'

/** Says with a user which proof it was. */
export const credentialId = 'authentication.kubernetes.io/credential-id'
