import { createHash } from 'node:crypto'
import type { Manifest } from '@flotilla/sdk'
import { Delegates } from './aggregation/delegates.ts'
import { accepted } from './answer/accept.ts'
import { groupDiscoveryList } from './discovery/aggregated.ts'
import type { Offer } from './discovery/groups.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery/legacy.ts'
import {
  openApiDocument,
  openApiIndex,
  openApiV2,
  openApiV2Protobuf,
  protobufType,
  wantsProtobuf,
} from './openapi/index.ts'
import { type Definition, resourcesOf, storageVersionOf } from './registry/custom.ts'
import { Registry } from './registry/registry.ts'
import type { BodyAnswer, Request } from './request.ts'
import { textOf } from './store/text.ts'

const version = Object.freeze({
  major: '1',
  minor: '33',
  gitVersion: 'v1.33.0+flotilla',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch}`,
})

const aggregatedType = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

/** A path below a root, in parts: `/openapi/v3/apis/apps/v1` → `['apis', 'apps', 'v1']`. */
const below = (path: string, root: string): readonly string[] | undefined =>
  path.startsWith(`${root}/`) ? path.slice(root.length + 1).split('/') : undefined

const discovery = (offer: Offer, path: string): object | undefined => {
  const { registry } = offer
  if (path === '/api') return apiVersions(registry)
  if (path === '/apis') return apiGroupList(offer)
  const core = below(path, '/api')
  if (core?.[0]) return core.length === 1 ? apiResourceList(registry, '', core[0]) : undefined
  const [group, groupVersion, ...rest] = below(path, '/apis') ?? []
  if (!group || rest.length > 0) return undefined
  return groupVersion ? apiResourceList(registry, group, groupVersion) : apiGroup(offer, group)
}

const schemas = ({ registry, foreign }: Offer, path: string): object | undefined => {
  if (path === '/openapi/v3') return openApiIndex(registry.list(), foreign)
  if (path === '/openapi/v2') return openApiV2(registry.list(), foreign)
  const [root, ...parts] = below(path, '/openapi/v3') ?? []
  if (root === 'api' && parts[0]) return openApiDocument(registry.list(), '', parts[0])
  if (root === 'apis' && parts[0] && parts[1]) return openApiDocument(registry.list(), parts[0], parts[1])
  return undefined
}

const pathsOf = (registry: Registry): readonly string[] => {
  const ofGroups = registry
    .groups()
    .flatMap(({ name, versions }) =>
      name
        ? [`/apis/${name}`, ...versions.map((each) => `/apis/${name}/${each}`)]
        : versions.map((each) => `/api/${each}`),
    )
  const ofProbes = probes.flatMap((probe) => [probe, ...checks.map((check) => `${probe}/${check}`)])
  return ['/api', '/apis', '/openapi/v2', '/openapi/v3', '/version', ...ofGroups, ...ofProbes].toSorted()
}

/** What the server says of itself. Documents are made once for what is served. */
export class Documents {
  readonly #registry: Registry
  readonly #delegates: Delegates
  readonly #made = new Map<string, BodyAnswer>()
  #generation = ''

  constructor(registry: Registry, delegates: Delegates = new Delegates()) {
    this.#registry = registry
    this.#delegates = delegates
  }

  /** The document at a path; undefined when there is none. Throws 406. */
  find({ path, accept }: Pick<Request, 'path' | 'accept'>): BodyAnswer | undefined {
    const generation = `${this.#registry.generation} ${this.#delegates.generation}`
    if (this.#generation !== generation) {
      this.#made.clear()
      this.#generation = generation
    }
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
    if (trimmed === '/openapi/v2' && wantsProtobuf(accept)) {
      const found = this.#remembered('/openapi/v2 protobuf', () =>
        openApiV2Protobuf(this.#registry.list(), this.#delegates.list()),
      )
      return found && { ...found, contentType: protobufType }
    }
    const aggregated = trimmed === '/api' || trimmed === '/apis' ? accepted(accept) : undefined
    const form = aggregated?.as === 'APIGroupDiscoveryList' ? aggregated.version : undefined
    const found = this.#remembered(`${trimmed} ${form ?? ''}`, () => this.#make(trimmed, form))
    return found && form ? { ...found, contentType: aggregatedType(form) } : found
  }

  #make(path: string, aggregated: string | undefined): object | undefined {
    const offer: Offer = { registry: this.#registry, foreign: this.#delegates.list() }
    if (aggregated) return groupDiscoveryList(offer, path === '/api', aggregated)
    if (path === '/version') return version
    if (path === '/') return { paths: pathsOf(this.#registry) }
    return discovery(offer, path) ?? schemas(offer, path)
  }

  #remembered(id: string, make: () => object | undefined): BodyAnswer | undefined {
    const found = this.#made.get(id)
    if (found) return found
    const body = make()
    if (body === undefined) return undefined
    const bytes = body instanceof Uint8Array ? body : textOf(Object.freeze(body))
    const etag = `"${createHash('sha256').update(bytes).digest('hex').toUpperCase()}"`
    const answer: BodyAnswer = { code: 200, body, etag }
    this.#made.set(id, answer)
    return answer
  }
}

/** A kind that somebody else serves. */
export interface Described {
  /** Its CustomResourceDefinition, wherever its objects are kept. */
  readonly definition: Manifest
  /** Subresources it has beside those of the definition, which lead to something else. */
  readonly connects?: readonly string[]
}

/**
 * What a server of these kinds says of itself, discovery and schemas, for one that is none of this library: the document
 * at a path; undefined when there is none. Throws 406.
 */
export function describe(kinds: readonly Described[]): (path: string, accept?: string) => BodyAnswer | undefined {
  const registry = new Registry()
  for (const { definition, connects } of kinds) {
    const known = definition as Definition // by the caller's word
    const serving = { storageVersion: storageVersionOf(known), custom: true }
    registry.replace(definition.metadata.name, resourcesOf(known, connects), serving)
  }
  const documents = new Documents(registry)
  return (path, accept) => documents.find({ path, ...(accept !== undefined && { accept }) })
}

const probes = ['/healthz', '/livez', '/readyz'] as const

/** What is looked at: that there is an answer says both. */
const checks = ['ping', 'storage'] as const

/** Probes: `/healthz`, `/livez`, `/readyz` and everything below them. */
export const isProbe = (path: string): boolean => /^\/(?:healthz|livez|readyz)(?:\/|$)/.test(path)

/** How the server is, in the words of Kubernetes; undefined when the path is none of its checks. */
export const health = (path: string, { verbose, exclude }: Request['query']): string | undefined => {
  const [, probe = '', check, ...more] = path.replace(/\/$/, '').split('/')
  if (more.length > 0 || (check !== undefined && !checks.some((each) => each === check))) return undefined
  if (check !== undefined || verbose === undefined) return 'ok'
  const lines = checks.map((each) => `[+]${each} ${each === exclude ? 'excluded: ' : ''}ok\n`)
  return `${lines.join('')}${probe} check passed\n`
}

/** What anyone may ask. */
export const isPublic = (path: string): boolean => isProbe(path) || path === '/version' || path === '/version/'
