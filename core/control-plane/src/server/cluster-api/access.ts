import type { User } from '@flotilla/kube'
import { type Client, clusterKind, groupOf, type Kind, type Manifest, versionOf } from '@flotilla/sdk'

/** What somebody wants to do with Clusters. */
export interface Doing {
  readonly verb: string
  readonly name?: string
  readonly subresource?: string
}

const reviewKind: Kind = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
}

const masters = 'system:masters'

const { apiVersion, plural: resource } = clusterKind
const attributesOf = (doing: Doing) => ({
  group: groupOf(apiVersion),
  version: versionOf(apiVersion),
  resource,
  ...doing,
})

/** The methods of HTTP as roles have them. */
const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

const isYes = (value: string | undefined): boolean => value !== undefined && value !== '0' && value !== 'false'

function verbOf(method: string, isOne: boolean, watch: string | undefined): string {
  const verb = verbs[method] ?? method.toLowerCase()
  if (isYes(watch) && verb === 'get') return 'watch'
  if (isOne) return verb
  return { get: 'list', delete: 'deletecollection' }[verb] ?? verb
}

/** The parameters of a request that say what it does. */
export interface Parameters {
  readonly watch?: string
  readonly fieldSelector?: string
}

/** Who lists or watches what has one name, asks for that one: so it is in Kubernetes. */
const selectedName = ({ fieldSelector = '' }: Parameters): string | undefined =>
  /(?:^|,)metadata\.name==?([^,=]+)(?:,|$)/.exec(fieldSelector)?.[1]

/** What a request for Clusters does; `path` is what comes after the resource. */
export function doingOf(method: string, path: string, parameters: Parameters = {}): Doing {
  const [, inPath, subresource] = path.split('/')
  const isOne = Boolean(inPath)
  if (subresource === 'proxy')
    return { verb: verbOf(method, true, undefined), ...(inPath && { name: inPath }), subresource }
  const name = inPath || selectedName(parameters)
  return {
    verb: verbOf(method, isOne, parameters.watch),
    ...(name && { name }),
    ...(subresource && { subresource }),
  }
}

/** What was decided, until when it is believed. */
interface Decision {
  readonly allowed: boolean
  readonly until: number
}

/** Milliseconds a decision is believed, as in other servers behind an API server. */
const believedMs = 10_000
/** How many are remembered. */
const most = 4096
/** Milliseconds a decision may take. */
const decisionMs = 10_000

/** Asks an API server who may do what with Clusters, once in a while. */
export class Access {
  readonly #client: Client
  readonly #now: () => number
  readonly #decisions = new Map<string, Decision>()

  constructor(client: Client, now: () => number = () => performance.now()) {
    this.#client = client
    this.#now = now
  }

  async allows({ name: user, groups }: User, doing: Doing): Promise<boolean> {
    if (groups.includes(masters)) return true
    const spec = { user, groups, resourceAttributes: attributesOf(doing) }
    const key = JSON.stringify(spec)
    const known = this.#decisions.get(key)
    if (known && known.until > this.#now()) return known.allowed
    const allowed = await this.#ask(spec)
    this.#remember(key, allowed)
    return allowed
  }

  async #ask(spec: object): Promise<boolean> {
    const review: Manifest & { readonly spec: object } = {
      apiVersion: reviewKind.apiVersion,
      kind: reviewKind.kind,
      metadata: { name: '' },
      spec,
    }
    const answer = await this.#client.create(reviewKind, review, { signal: AbortSignal.timeout(decisionMs) })
    return (answer.status as { readonly allowed: boolean }).allowed // a SubjectAccessReview has one
  }

  #remember(key: string, allowed: boolean): void {
    this.#decisions.delete(key)
    this.#decisions.set(key, { allowed, until: this.#now() + believedMs })
    const [oldest] = this.#decisions.keys()
    if (this.#decisions.size > most && oldest !== undefined) this.#decisions.delete(oldest)
  }
}

/** What somebody is told who may not, in Kubernetes' words. */
export function forbidden({ name: user }: User, { verb, name, subresource }: Doing): string {
  const what = subresource ? `${resource}/${subresource}` : resource
  const about = `${resource}.${groupOf(apiVersion)}${name ? ` "${name}"` : ''}`
  return `${about} is forbidden: User "${user}" cannot ${verb} resource "${what}" in API group "${groupOf(apiVersion)}" at the cluster scope`
}
