import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto'
import type { User } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import type { JWK, JWTPayload } from 'jose'
import { isObject, readKeys } from '../registry/json-path.ts'
import type { Objects } from '../store/objects.ts'
import { authenticated, type Identity } from './access.ts'

const algorithm = 'ES256'
const legacyIssuer = 'kubernetes/serviceaccount'

/** Who issues tokens when nobody says otherwise, as kubeadm has it. */
export const usualIssuer = 'https://kubernetes.default.svc.cluster.local'

const jose = () => import('jose') // only who has to do with tokens waits for it

/** What a token is bound to: it ends with it. */
export interface Bound {
  readonly kind: 'Pod' | 'Secret' | 'Node'
  readonly name: string
  readonly uid: string
}

export interface TokenWish {
  readonly account: Manifest
  readonly audiences: readonly string[]
  readonly seconds: number
  readonly bound?: Bound
}

export interface IssuedToken {
  readonly token: string
  readonly expires: Date
}

/** What a good signature says, read once. `isAlive`: what it speaks of is still there. */
interface Known {
  readonly identity: Identity
  readonly notBefore: number
  readonly expires: number
  readonly isAlive: () => boolean
}

const knownLimit = 4096

/** Who signed them may have meant anything by them. */
type Claims = Readonly<Record<string, unknown>>

const text = (value: unknown, ...keys: readonly string[]): string => {
  const found = readKeys(value, keys)
  return typeof found === 'string' ? found : ''
}

const audiencesOf = ({ aud }: Claims): readonly string[] =>
  (Array.isArray(aud) ? aud : [aud]).filter((each) => typeof each === 'string')

const secondsIn = (claim: unknown): number => (typeof claim === 'number' ? claim : 0)

export const accountName = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`

/** The groups every ServiceAccount of a namespace is in. */
export const accountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
]

const detail = 'authentication.kubernetes.io'

/** What is known of someone beside the name: which token it was, and where it runs. */
const extraOf = (payload: Claims, own: unknown): Record<string, readonly string[]> => {
  const facts = [
    ['credential-id', text(payload, 'jti') && `JTI=${text(payload, 'jti')}`],
    ['pod-name', text(own, 'pod', 'name')],
    ['pod-uid', text(own, 'pod', 'uid')],
    ['node-name', text(own, 'node', 'name')],
    ['node-uid', text(own, 'node', 'uid')],
  ] as const
  return Object.fromEntries(facts.flatMap(([name, value]) => (value ? [[`${detail}/${name}`, [value]]] : [])))
}

const userOf = (namespace: string, name: string, uid: string, extra: User['extra'] & object): User => ({
  name: accountName(namespace, name),
  ...(uid && { uid }),
  groups: [...accountGroups(namespace), authenticated],
  ...(Object.keys(extra).length > 0 && { extra }),
})

const resources = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const

const legacyClaim = (payload: Claims, name: string): string => text(payload, `${legacyIssuer}/${name}`)

/** Makes the tokens of ServiceAccounts, and says whose they are. */
export class Tokens {
  readonly issuer: string
  readonly #objects: Objects
  readonly #now: () => Date
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject
  readonly #known = new Map<string, Known>()
  #jwk: Promise<JWK> | undefined

  /** `key` is PEM, on the curve P-256. */
  constructor(objects: Objects, key: string, issuer: string, now: () => Date) {
    this.issuer = issuer
    this.#objects = objects
    this.#now = now
    this.#privateKey = createPrivateKey(key)
    this.#publicKey = createPublicKey(this.#privateKey)
  }

  /** A token that ends by itself. */
  async issue({ account, audiences, seconds, bound }: TokenWish): Promise<IssuedToken> {
    const { namespace, name, uid } = account.metadata
    const issued = Math.floor(this.#now().getTime() / 1000)
    const own = {
      namespace,
      serviceaccount: { name, uid },
      ...(bound && { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
      ...this.#nodeOf(account, bound),
    }
    const claims = {
      aud: [...audiences],
      exp: issued + seconds,
      iat: issued,
      iss: this.issuer,
      jti: randomUUID(),
      'kubernetes.io': own,
      nbf: issued,
      sub: accountName(namespace ?? '', name),
    }
    return { token: await this.#sign(claims), expires: new Date((issued + seconds) * 1000) }
  }

  /** A token that ends with the Secret it is kept in. */
  async issueForSecret(account: Manifest, secret: Manifest): Promise<string> {
    const { namespace = '', name, uid } = account.metadata
    return this.#sign({
      iss: legacyIssuer,
      [`${legacyIssuer}/namespace`]: namespace,
      [`${legacyIssuer}/secret.name`]: secret.metadata.name,
      [`${legacyIssuer}/service-account.name`]: name,
      [`${legacyIssuer}/service-account.uid`]: uid,
      sub: accountName(namespace, name),
    })
  }

  /** Whose token it is; undefined when it is not good, or not for these audiences. */
  async identify(token: string, audiences: readonly string[] = [this.issuer]): Promise<Identity | undefined> {
    const known = this.#known.get(token) ?? (await this.#learn(token))
    const now = this.#now().getTime() / 1000
    if (!known || now < known.notBefore || now >= known.expires || !known.isAlive()) return undefined
    const meant = known.identity.audiences.filter((each) => audiences.includes(each))
    if (meant.length === 0) return undefined
    return meant.length === known.identity.audiences.length ? known.identity : { ...known.identity, audiences: meant }
  }

  /** `/.well-known/openid-configuration`. */
  configuration(): object {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [algorithm],
    }
  }

  /** `/openid/v1/jwks`. */
  async keys(): Promise<object> {
    return { keys: [await this.#publicJwk()] }
  }

  #publicJwk(): Promise<JWK> {
    this.#jwk ??= jose().then(async ({ exportJWK, calculateJwkThumbprint }) => {
      const jwk = await exportJWK(this.#publicKey)
      return { use: 'sig', ...jwk, kid: await calculateJwkThumbprint(jwk), alg: algorithm }
    })
    return this.#jwk
  }

  async #sign(claims: JWTPayload): Promise<string> {
    const { SignJWT } = await jose()
    const { kid = '' } = await this.#publicJwk()
    return new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid }).sign(this.#privateKey)
  }

  /** A Pod's token says where the Pod runs. */
  #nodeOf({ metadata: { namespace = '' } }: Manifest, bound: Bound | undefined): object {
    if (bound?.kind !== 'Pod') return {}
    const pod = this.#objects.get({ resource: 'pods', namespace, name: bound.name })
    const name = text(pod, 'spec', 'nodeName')
    const node = name && this.#objects.get({ resource: 'nodes', namespace: '', name })
    return node ? { node: { name, uid: node.metadata.uid } } : {}
  }

  /** Reads a token whose signature is good, and remembers it. */
  async #learn(token: string): Promise<Known | undefined> {
    const payload = await this.#verified(token)
    const known = payload && (payload.iss === legacyIssuer ? this.#legacy(payload, token) : this.#bound(payload))
    if (!known) return undefined
    if (this.#known.size >= knownLimit) this.#known.clear()
    this.#known.set(token, known)
    return known
  }

  async #verified(token: string): Promise<Claims | undefined> {
    const { compactVerify } = await jose()
    try {
      const { payload } = await compactVerify(token, this.#publicKey, { algorithms: [algorithm] })
      const claims: unknown = JSON.parse(new TextDecoder().decode(payload))
      return isObject(claims) ? claims : undefined
    } catch {
      return undefined // it is nobody's
    }
  }

  #bound(payload: Claims): Known | undefined {
    const own = payload['kubernetes.io']
    const namespace = text(own, 'namespace')
    const [name, uid] = [text(own, 'serviceaccount', 'name'), text(own, 'serviceaccount', 'uid')]
    if (payload.iss !== this.issuer || payload.sub !== accountName(namespace, name)) return undefined
    const needs = Object.entries(resources).flatMap(([kind, resource]) => {
      const [boundName, boundUid] = [text(own, kind.toLowerCase(), 'name'), text(own, kind.toLowerCase(), 'uid')]
      const isNeeded = boundName && (kind !== 'Node' || !text(own, 'pod', 'name'))
      return isNeeded ? [{ resource, namespace: kind === 'Node' ? '' : namespace, name: boundName, uid: boundUid }] : []
    })
    const all = [{ resource: 'serviceaccounts', namespace, name, uid }, ...needs]
    return {
      identity: { user: userOf(namespace, name, uid, extraOf(payload, own)), audiences: audiencesOf(payload) },
      notBefore: secondsIn(payload.nbf),
      expires: secondsIn(payload.exp),
      isAlive: () => all.every((each) => this.#objects.get(each)?.metadata.uid === each.uid),
    }
  }

  #legacy(payload: Claims, token: string): Known | undefined {
    const namespace = legacyClaim(payload, 'namespace')
    const [name, uid] = [legacyClaim(payload, 'service-account.name'), legacyClaim(payload, 'service-account.uid')]
    if (payload.sub !== accountName(namespace, name)) return undefined
    const account = { resource: 'serviceaccounts', namespace, name }
    const secret = { resource: 'secrets', namespace, name: legacyClaim(payload, 'secret.name') }
    const kept = Buffer.from(token).toString('base64')
    return {
      identity: { user: userOf(namespace, name, uid, {}), audiences: [this.issuer] },
      notBefore: 0,
      expires: Number.POSITIVE_INFINITY,
      isAlive: () =>
        this.#objects.get(account)?.metadata.uid === uid && text(this.#objects.get(secret), 'data', 'token') === kept,
    }
  }
}
