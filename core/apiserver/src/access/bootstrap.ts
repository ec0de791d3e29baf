import { timingSafeEqual } from 'node:crypto'
import type { User } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import { readKeys } from '../registry/json-path.ts'
import type { Objects } from '../store/objects.ts'
import { authenticated } from './access.ts'

const form = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const groupForm = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/

/** The type of Secret that new nodes and clusters introduce themselves with. */
export const bootstrapType = 'bootstrap.kubernetes.io/token'

/** Where these Secrets are. */
export const bootstrapNamespace = 'kube-system'

const decoded = (secret: Manifest, key: string): string => {
  const value = readKeys(secret, ['data', key])
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : ''
}

/** Whether its time is over. What cannot be read as a time is. */
export const isExpired = (secret: Manifest, now: Date): boolean => {
  const expiration = decoded(secret, 'expiration')
  return expiration !== '' && !(Date.parse(expiration) > now.getTime())
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

const extraGroups = (secret: Manifest): readonly string[] | undefined => {
  const groups = decoded(secret, 'auth-extra-groups').split(',').filter(Boolean)
  return groups.every((group) => groupForm.test(group)) ? groups : undefined
}

/** What a Secret says of a bootstrap token. */
export interface BootstrapToken {
  readonly id: string
  readonly secret: string
}

/** The token in a Secret; undefined when there is none that is good for a use now. */
export const bootstrapSecretOf = (
  secret: Manifest,
  use: 'authentication' | 'signing',
  now: Date,
): BootstrapToken | undefined => {
  const { type, metadata } = secret
  const [id, text] = [decoded(secret, 'token-id'), decoded(secret, 'token-secret')]
  const isToken = type === bootstrapType && metadata.name === `bootstrap-token-${id}` && form.test(`${id}.${text}`)
  const isGood = isToken && !metadata.deletionTimestamp && !isExpired(secret, now)
  return isGood && decoded(secret, `usage-bootstrap-${use}`) === 'true' ? { id, secret: text } : undefined
}

/** Who a bootstrap token stands for; undefined when it is none, or not good any more. */
export const bootstrapUser = (objects: Objects, token: string, now: Date): User | undefined => {
  const [, id = '', text = ''] = form.exec(token) ?? []
  if (!id) return undefined
  const secret = objects.get({ resource: 'secrets', namespace: bootstrapNamespace, name: `bootstrap-token-${id}` })
  const known = secret && bootstrapSecretOf(secret, 'authentication', now)
  if (!known || !isSame(known.secret, text)) return undefined
  const groups = extraGroups(secret)
  return groups && { name: `system:bootstrap:${id}`, groups: ['system:bootstrappers', ...groups, authenticated] }
}
