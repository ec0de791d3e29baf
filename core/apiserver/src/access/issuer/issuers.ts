import type { User } from '@flotilla/kube'
import type { Http, Log } from '@flotilla/sdk'
import { Issuer } from './issuer.ts'
import type { IssuerWords } from './words.ts'

/** A token that was good is good for so long without another look, in milliseconds; and as many are remembered. */
const remembered = 60_000
const most = 4096

interface Known {
  readonly user: User
  readonly until: number
}

const payloadOf = (token: string): unknown => {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  } catch {
    return undefined
  }
}

const issuerIn = (token: string): string | undefined => {
  const iss: unknown = Reflect.get(Object(payloadOf(token)), 'iss')
  return typeof iss === 'string' ? iss : undefined
}

/** All whose tokens are believed. A token is verified once, and then looked up for a while. */
export class Issuers {
  readonly #issuers: ReadonlyMap<string, Issuer>
  readonly #now: () => Date
  readonly #known = new Map<string, Known>()

  constructor(all: readonly IssuerWords[], http: Http, log: Log, now: () => Date) {
    this.#issuers = new Map(all.map((words) => [words.issuer.url, new Issuer(words, http, log, now)]))
    this.#now = now
  }

  /** Who a token stands for; undefined: for nobody that they know. */
  async identify(token: string): Promise<User | undefined> {
    const time = this.#now().getTime()
    const known = this.#known.get(token)
    if (known && known.until > time) return known.user
    this.#known.delete(token)
    const found = await this.#issuers.get(issuerIn(token) ?? '')?.identify(token)
    if (!found) return undefined
    if (this.#known.size >= most) this.#known.clear()
    this.#known.set(token, { user: found.user, until: Math.min(found.expires * 1000, time + remembered) })
    return found.user
  }
}
