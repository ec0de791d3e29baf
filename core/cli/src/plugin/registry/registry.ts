import { createHash } from 'node:crypto'
import { isFields, reasonOf } from '@flotilla/sdk'
import type { Login } from './login.ts'
import { originOf, type Place } from './place.ts'

/*
 * The part of the OCI distribution protocol that writes: blobs by their digests, then a manifest that names them.
 */

/** Milliseconds one request may take; a program is a few megabytes. */
const patience = 120_000

/** A request to a registry. */
interface Asked {
  readonly method: string
  readonly url: URL
  readonly body?: Uint8Array
  readonly type?: string
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const wayIn = 'log in with docker login, or give --username and --password-stdin'

/** The words of a challenge: `Bearer realm="...",service="..."`. */
const wordsOf = (challenge: string): ReadonlyMap<string, string> =>
  new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, word = '', value = '']) => [word, value]))

async function send({ method, url, body, type }: Asked, authorization: string | undefined): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      redirect: 'follow',
      signal: AbortSignal.timeout(patience),
      headers: { ...(type && { 'content-type': type }), ...(authorization && { authorization }) },
      ...(body && { body: Buffer.from(body) }),
    })
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    throw new Error(`${url.host} did not answer: ${reasonOf(cause)}`, { cause: error })
  }
}

/** The first thing a registry says is wrong. */
async function complaint(response: Response): Promise<string> {
  const text = await response.text()
  try {
    const said: unknown = JSON.parse(text)
    const first: unknown = isFields(said) && Array.isArray(said.errors) ? said.errors[0] : undefined
    if (isFields(first)) return `${first.code ?? ''} ${first.message ?? ''}`.trim()
  } catch {
    // it is no JSON: the first line has to do
  }
  return text.split('\n', 1)[0]?.slice(0, 200) ?? ''
}

/** Writes to a repository. */
export class Repository {
  readonly #place: Place
  readonly #login: Login | undefined
  #authorization: string | undefined

  constructor(place: Place, login: Login | undefined) {
    this.#place = place
    this.#login = login
  }

  /** Uploads bytes, unless they are there. */
  async putBlob(bytes: Uint8Array): Promise<void> {
    const digest = digestOf(bytes)
    const there = await this.#ask({ method: 'HEAD', url: this.#url(`blobs/${digest}`) })
    if (there.status === 200) return
    const begun = await this.#ask({ method: 'POST', url: this.#url('blobs/uploads/') })
    await this.#expect(begun, 202, 'it takes no uploads')
    const location = begun.headers.get('location')
    if (!location) throw new Error(`${this.#place.host} does not say where to upload to`)
    const url = new URL(location, originOf(this.#place.host))
    url.searchParams.set('digest', digest)
    const done = await this.#ask({ method: 'PUT', url, body: bytes, type: 'application/octet-stream' })
    await this.#expect(done, 201, 'it did not keep the upload')
  }

  /** Writes a manifest under the tag; gives its digest. */
  async putManifest(manifest: object, type: string): Promise<string> {
    const body = Buffer.from(JSON.stringify(manifest))
    const done = await this.#ask({ method: 'PUT', url: this.#url(`manifests/${this.#place.tag}`), body, type })
    await this.#expect(done, 201, 'it did not keep the manifest')
    return digestOf(body)
  }

  #url(path: string): URL {
    return new URL(`/v2/${this.#place.repository}/${path}`, originOf(this.#place.host))
  }

  /** Asks, and once more with what the registry wants to be shown. */
  async #ask(asked: Asked): Promise<Response> {
    const own = asked.url.origin === originOf(this.#place.host) // nobody else is shown what this one gave
    const response = await send(asked, own ? this.#authorization : undefined)
    const challenge = response.headers.get('www-authenticate')
    if (response.status !== 401 || !challenge || !own) return response
    this.#authorization = await this.#authorize(challenge)
    return send(asked, this.#authorization)
  }

  async #authorize(challenge: string): Promise<string> {
    const { host, repository } = this.#place
    if (/^basic/i.test(challenge)) {
      if (this.#login) return basic(this.#login)
      throw new Error(`${host} wants a login: ${wayIn}`)
    }
    const words = wordsOf(challenge)
    const realm = words.get('realm') ?? ''
    if (!/^bearer/i.test(challenge) || !URL.canParse(realm))
      throw new Error(`${host} wants something nobody knows: ${challenge}`)
    const url = new URL(realm)
    if (url.protocol !== 'https:' && originOf(url.host).startsWith('https:'))
      throw new Error(`${host} sends logins to ${url.origin}, which is not encrypted`)
    const service = words.get('service')
    if (service) url.searchParams.set('service', service)
    url.searchParams.set('scope', `repository:${repository}:pull,push`)
    const response = await send({ method: 'GET', url }, this.#login && basic(this.#login))
    if (response.status !== 200) throw new Error(`${url.host} gives no access (${response.status}): ${wayIn}`)
    const said: unknown = await response.json()
    const token = isFields(said) ? (said.token ?? said.access_token) : undefined
    if (typeof token !== 'string') throw new Error(`${url.host} gave no token`)
    return `Bearer ${token}`
  }

  async #expect(response: Response, status: number, what: string): Promise<void> {
    if (response.status === status) return
    const { host, repository } = this.#place
    const hint = response.status === 401 || response.status === 403 ? `; ${wayIn}` : ''
    throw new Error(`${host}/${repository}: ${what} (${response.status} ${await complaint(response)})${hint}`)
  }
}
