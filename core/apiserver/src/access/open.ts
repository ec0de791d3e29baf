import type { Http, Log } from '@flotilla/sdk'
import type { Authorize } from '../authorization.ts'
import type { Objects } from '../store/objects.ts'
import type { Authority } from '../tls.ts'
import type { Access, Identity } from './access.ts'
import { bootstrapUser } from './bootstrap.ts'
import { Issuers } from './issuer/issuers.ts'
import type { IssuerWords } from './issuer/words.ts'
import { Rbac } from './rbac/rbac.ts'
import { Tokens, usualIssuer } from './tokens.ts'

/** Roles and bindings say who may do what. */
export interface AccessOptions {
  /** Signs the certificates that are asked for and approved; by default none are. Its own is given out with tokens. */
  readonly authority?: Authority
  /** Signs the tokens of ServiceAccounts: PEM, on the curve P-256. By default they get none. */
  readonly tokenKey?: string
  /** Who issues them; by default as kubeadm calls it. */
  readonly issuer?: string
  /** Others whose tokens are believed. */
  readonly issuers?: readonly IssuerWords[]
}

/** Who is who and who may do what, by what a server keeps. */
export const openAccess = (
  objects: Objects,
  options: AccessOptions,
  { http, log, now }: { readonly http: Http; readonly log: Log; readonly now: () => Date },
): Access => {
  const rbac = new Rbac(objects)
  const { tokenKey, issuer = usualIssuer } = options
  const tokens = tokenKey === undefined ? undefined : new Tokens(objects, tokenKey, issuer, now)
  const others = options.issuers?.length ? new Issuers(options.issuers, http, log, now) : undefined
  const identify: Access['identify'] = async (token, audiences = [issuer]): Promise<Identity | undefined> => {
    const isOurs = audiences.includes(issuer)
    const bootstrap = isOurs ? bootstrapUser(objects, token, now()) : undefined
    const own = bootstrap ? { user: bootstrap, audiences: [issuer] } : await tokens?.identify(token, audiences)
    const user = own || !isOurs ? undefined : await others?.identify(token)
    return user ? { user, audiences: [issuer] } : own
  }
  return { rbac, authorize: (wanted) => rbac.authorize(wanted), ...(tokens && { tokens }), identify }
}

/** The same where someone else decides, and nobody has a token. */
export const foreignAccess = (authorize: Authorize): Access => ({ authorize, identify: async () => undefined })
