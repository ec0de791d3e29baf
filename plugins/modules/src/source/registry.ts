import { type HttpAnswer, isFields, moduleDigest, moduleMediaTypes, signatureAnnotation } from '@flotilla/sdk'
import { ask, download, type Errand } from './download.ts'
import type { Fetched } from './program.ts'

/*
 * The part of the OCI distribution protocol that reads: a manifest by its digest, then its one layer. Both are known by their
 * digests, so it does not matter who hands them over.
 */

/** A place in a registry. */
export interface Image {
  readonly registry: string
  readonly repository: string
  /** Of its manifest, in hex. */
  readonly digest: string
}

const reference =
  /^(?:oci:\/\/)?([a-z0-9.-]+(?::\d+)?|\[::1\]:\d+)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::[\w.-]+)?@sha256:([0-9a-f]{64})$/

/** The place an image is at; undefined when it is not written as one by digest. */
export function imageOf(text: string): Image | undefined {
  const [, registry, repository, digest] = reference.exec(text) ?? []
  return registry && repository && digest ? { registry, repository, digest } : undefined
}

/** Who asks. */
export interface Login {
  readonly username: string
  readonly password: string
}

const accept = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json']

const isLoopback = (registry: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry)

/** Docker's own registry is called otherwise than it is reached; on this machine, one without TLS is fine. */
const originOf = (registry: string, ca: string | undefined): string =>
  registry === 'docker.io'
    ? 'https://registry-1.docker.io'
    : `${isLoopback(registry) && !ca ? 'http' : 'https'}://${registry}`

const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** The words of a challenge: `Bearer realm="...",service="..."`. */
const wordsOf = (challenge: string): ReadonlyMap<string, string> =>
  new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, word = '', value = '']) => [word, value]))

const json = ({ body }: HttpAnswer): unknown => JSON.parse(Buffer.from(body).toString())

/** What a registry wants to be shown, for its challenge. */
async function authorization(
  challenge: string,
  { repository }: Image,
  login: Login | undefined,
  errand: Errand,
): Promise<string> {
  if (/^basic/i.test(challenge)) {
    if (login) return basic(login)
    throw new Error('the registry wants a login: name a Secret in secretRef')
  }
  const words = wordsOf(challenge)
  const realm = words.get('realm')
  if (!realm || !URL.canParse(realm)) throw new Error('the registry wants to be shown something nobody knows')
  const url = new URL(realm)
  const service = words.get('service')
  if (service) url.searchParams.set('service', service)
  url.searchParams.set('scope', words.get('scope') ?? `repository:${repository}:pull`)
  const answer = await ask(url, errand, login && { authorization: basic(login) })
  if (answer.status !== 200)
    throw new Error(`the registry lets nobody in: ${url.origin} answered with ${answer.status}`)
  const said = json(answer)
  const token = isFields(said) ? (said.token ?? said.access_token) : undefined
  if (typeof token !== 'string') throw new Error(`${url.origin} gave no token`)
  return `Bearer ${token}`
}

/** Asks a registry, and once more with what it wants to be shown. */
class Registry {
  readonly #image: Image
  readonly #errand: Errand
  readonly #login: Login | undefined
  #shown: HttpAnswer['headers'] = {}

  constructor(image: Image, errand: Errand, login: Login | undefined) {
    this.#image = image
    this.#errand = errand
    this.#login = login
  }

  /** What a digest is of. */
  async get(what: 'manifests' | 'blobs', digest: string): Promise<Uint8Array> {
    const { registry, repository } = this.#image
    const url = new URL(`/v2/${repository}/${what}/sha256:${digest}`, originOf(registry, this.#errand.ca))
    let answer = await this.#ask(url)
    const challenge = answer.headers['www-authenticate']
    if (answer.status === 401 && challenge) {
      this.#shown = { authorization: await authorization(challenge, this.#image, this.#login, this.#errand) }
      answer = await this.#ask(url)
    }
    if (answer.status !== 200) throw new Error(`${registry} answered with ${answer.status} for ${url.pathname}`)
    if (moduleDigest(answer.body) !== digest) throw new Error(`${registry} gave something else than sha256:${digest}`)
    return answer.body
  }

  #ask(url: URL): Promise<HttpAnswer> {
    return download(url, this.#errand, { accept: accept.join(', '), ...this.#shown })
  }
}

const hexOf = (digest: unknown): string | undefined =>
  typeof digest === 'string' ? /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] : undefined

/** The layer that is the program: the one of its type, or the only one there is. */
function layerIn(manifest: unknown, runtime: 'wasm' | 'javascript'): string {
  const layers: readonly unknown[] = isFields(manifest) && Array.isArray(manifest.layers) ? manifest.layers : []
  const typed = layers.find((layer) => isFields(layer) && layer.mediaType === moduleMediaTypes[runtime])
  const layer = typed ?? (layers.length === 1 ? layers[0] : undefined)
  const digest = isFields(layer) ? hexOf(layer.digest) : undefined
  if (digest) return digest
  throw new Error(`the image has no layer of type ${moduleMediaTypes[runtime]}`)
}

function signatureIn(manifest: unknown): string | undefined {
  const annotations = isFields(manifest) && isFields(manifest.annotations) ? manifest.annotations : {}
  const signature = annotations[signatureAnnotation]
  return typeof signature === 'string' ? signature : undefined
}

/** The program of an image. */
export async function fromRegistry(
  image: Image,
  runtime: 'wasm' | 'javascript',
  errand: Errand,
  login: Login | undefined,
): Promise<Fetched> {
  const registry = new Registry(image, errand, login)
  const manifest: unknown = JSON.parse(Buffer.from(await registry.get('manifests', image.digest)).toString())
  const signature = signatureIn(manifest)
  return { program: await registry.get('blobs', layerIn(manifest, runtime)), ...(signature && { signature }) }
}
