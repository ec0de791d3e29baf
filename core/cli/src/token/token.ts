import { randomInt } from 'node:crypto'
import { type Key, type Manifest, timestamp } from '@flotilla/sdk'

/** Where the API server looks for tokens that let somebody in. */
export const tokenNamespace = 'kube-system'
export const tokenType = 'bootstrap.kubernetes.io/token'

/** The two parts of a token: who it is is no secret. */
export interface Token {
  readonly id: string
  readonly secret: string
}

const letters = '0123456789abcdefghijklmnopqrstuvwxyz'

const random = (length: number): string => Array.from({ length }, () => letters[randomInt(letters.length)]).join('')

export const newToken = (): Token => ({ id: random(6), secret: random(16) })

/** `abcdef.0123456789abcdef`; undefined for what is none. */
export function tokenOf(text: string): Token | undefined {
  const [, id, secret] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(text) ?? []
  return id !== undefined && secret !== undefined ? { id, secret } : undefined
}

export const tokenText = ({ id, secret }: Token): string => `${id}.${secret}`

/** Where a token is kept. */
export const tokenKey = (id: string): Key => ({ namespace: tokenNamespace, name: `bootstrap-token-${id}` })

/** What a token is for, and how long. */
export interface TokenTerms {
  /** Milliseconds; 0 for ever. */
  readonly ttl: number
  readonly usages: readonly string[]
  readonly groups: readonly string[]
  readonly description?: string
}

const usagePrefix = 'usage-bootstrap-'

export function tokenSecret(token: Token, { ttl, usages, groups, description }: TokenTerms, now: Date): Manifest {
  const texts: Readonly<Record<string, string>> = {
    'token-id': token.id,
    'token-secret': token.secret,
    ...(ttl > 0 && { expiration: timestamp(new Date(now.getTime() + ttl)) }),
    ...Object.fromEntries(usages.map((usage) => [`${usagePrefix}${usage}`, 'true'])),
    'auth-extra-groups': groups.join(','),
    ...(description && { description }),
  }
  const data = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text).toString('base64')])) // biome-ignore format: one map
  return { apiVersion: 'v1', kind: 'Secret', type: tokenType, metadata: tokenKey(token.id), data }
}

/** A token as it is kept. */
export interface KeptToken extends Token {
  readonly expiration?: Date
  readonly usages: readonly string[]
  readonly groups: readonly string[]
  readonly description: string
}

/** Reads a secret; undefined when it holds no token. */
export function keptToken(secret: Manifest): KeptToken | undefined {
  const data = (secret.data ?? {}) as Readonly<Record<string, string>> // a Secret's
  const text = (name: string): string => Buffer.from(data[name] ?? '', 'base64').toString()
  const token = tokenOf(`${text('token-id')}.${text('token-secret')}`)
  if (secret.type !== tokenType || !token) return undefined
  const end = Date.parse(text('expiration'))
  return {
    ...token,
    ...(!Number.isNaN(end) && { expiration: new Date(end) }),
    usages: Object.keys(data)
      .filter((name) => name.startsWith(usagePrefix) && text(name) === 'true')
      .map((name) => name.slice(usagePrefix.length))
      .sort(),
    groups: text('auth-extra-groups').split(',').filter(Boolean),
    description: text('description'),
  }
}
