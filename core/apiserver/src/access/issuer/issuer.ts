import type { User } from '@flotilla/kube'
import { type Http, type Log, reasonOf } from '@flotilla/sdk'
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose'
import { isObject } from '../../registry/json-path.ts'
import { userOf } from './claims.ts'
import type { IssuerWords } from './words.ts'

const jose = () => import('jose') // only who has issuers waits for it

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512']

/** How long an issuer may take to answer, in milliseconds, and how long what it answers may be. */
const timeout = 10_000
const longestAnswer = 1024 * 1024

/** Keys are asked for again after so long; and before, for one that is not among them, but not more often than that. */
const stale = 3_600_000
const soonest = 10_000

/** One that did not answer is left alone for so long. */
const pause = 2000

interface Keys {
  readonly get: JWTVerifyGetKey
  readonly since: number
}

/** Somebody else's tokens: its keys are asked for when they are needed. */
export class Issuer {
  readonly words: IssuerWords
  readonly #http: Http
  readonly #log: Log
  readonly #now: () => Date
  #keys: Keys | undefined
  #asking: Promise<Keys> | undefined
  #tried = Number.NEGATIVE_INFINITY

  constructor(words: IssuerWords, http: Http, log: Log, now: () => Date) {
    this.words = words
    this.#http = http
    this.#log = log
    this.#now = now
  }

  /** Who a token of this issuer stands for, and until when; undefined: for nobody. */
  async identify(token: string): Promise<{ readonly user: User; readonly expires: number } | undefined> {
    try {
      const claims = await this.#verified(token)
      return { user: userOf(this.words, claims), expires: claims.exp ?? 0 }
    } catch (error) {
      this.#log.debug('a token is not believed', { issuer: this.words.issuer.url, error: reasonOf(error) })
      return undefined
    }
  }

  async #verified(token: string): Promise<JWTPayload> {
    const { errors, jwtVerify } = await jose()
    const { url: issuer, audiences } = this.words.issuer
    const options = { issuer, audience: [...audiences], algorithms, requiredClaims: ['exp'], currentDate: this.#now() }
    const keys = await this.#known()
    try {
      return (await jwtVerify(token, keys.get, options)).payload
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#isSoon()) throw error
      return (await jwtVerify(token, (await this.#ask()).get, options)).payload // it may have got a new one
    }
  }

  async #known(): Promise<Keys> {
    const found = this.#keys
    if (!found) {
      if (!this.#asking && this.#time() - this.#tried < pause) throw new Error('its keys are not known')
      return this.#ask()
    }
    const isStale = this.#time() - found.since > stale
    return isStale && !this.#isSoon() ? this.#ask().catch(() => found) : found
  }

  #time(): number {
    return this.#now().getTime()
  }

  #isSoon(): boolean {
    return this.#keys !== undefined && this.#time() - this.#tried < soonest
  }

  async #ask(): Promise<Keys> {
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #fetch(): Promise<Keys> {
    this.#tried = this.#time()
    const { url, discoveryURL = `${url.replace(/\/$/, '')}/.well-known/openid-configuration` } = this.words.issuer
    try {
      const { issuer, jwks_uri: place } = await this.#get(discoveryURL)
      if (issuer !== url) throw new Error(`${discoveryURL} is about another issuer: ${String(issuer)}`)
      const { createLocalJWKSet } = await jose()
      const set = await this.#get(String(place))
      const keys = { get: createLocalJWKSet(set as unknown as JSONWebKeySet), since: this.#time() }
      this.#keys = keys
      return keys
    } catch (error) {
      this.#log.warn('the keys of an issuer of tokens are not known', { issuer: url, error })
      throw error
    }
  }

  async #get(url: string): Promise<Readonly<Record<string, unknown>>> {
    const { certificateAuthority: ca } = this.words.issuer
    const connection = this.#http.open({ url, longestAnswer, ...(ca && { ca }) })
    try {
      const { status, body } = await connection.send({ timeout, headers: { accept: 'application/json' } })
      if (status !== 200) throw new Error(`${url} answered ${status}`)
      const document: unknown = JSON.parse(new TextDecoder().decode(body))
      if (!isObject(document)) throw new Error(`${url} did not answer with an object`)
      return document
    } finally {
      connection.close()
    }
  }
}
