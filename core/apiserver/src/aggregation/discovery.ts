import { createHash } from 'node:crypto'
import { type ForeignV2, partOf } from '../openapi/index.ts'
import { isObject } from '../registry/json-path.ts'
import { apiVersionOf } from '../registry/registry.ts'
import { ask } from './ask.ts'
import { type Delegate, type GroupVersion, rootOf } from './delegate.ts'

type Json = Readonly<Record<string, unknown>>

/** What a delegate says of itself. */
export interface Findings {
  /** In the words of aggregated discovery. */
  readonly resources: readonly Json[]
  /** Names the state of its schemas; absent where there are none. */
  readonly schemas?: string
  /** The same in OpenAPI v2. */
  readonly v2?: ForeignV2
}

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Empty where they are those of the list. */
const kindOf = ({ group = '', version = '', kind }: Json): Json => ({ group, version, kind })

const subresourceOf = (entry: Json): Json => ({
  subresource: String(entry.name).split('/').slice(1).join('/'),
  responseKind: kindOf(entry),
  verbs: entry.verbs ?? [],
})

const isAbsent = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0)

const present = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isAbsent(value)))

const resourceOf = (entry: Json, subresources: readonly Json[]): Json => ({
  resource: entry.name,
  responseKind: kindOf(entry),
  scope: entry.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: entry.singularName ?? '',
  verbs: entry.verbs ?? [],
  ...present({ shortNames: entry.shortNames, categories: entry.categories, subresources }),
})

/** An `APIResourceList` in the words of aggregated discovery. */
const fromLegacy = (entries: readonly Json[]): readonly Json[] => {
  const named = entries.filter(({ name }) => typeof name === 'string')
  const below = Map.groupBy(named, ({ name }) => String(name).split('/', 1)[0])
  return [...below].flatMap(([name, all]) => {
    const own = all.find((entry) => entry.name === name)
    const subresources = all.filter((entry) => entry !== own).map(subresourceOf)
    return own ? [resourceOf(own, subresources)] : []
  })
}

const whole = ['v2', 'v2beta1'].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
)

const named = (list: unknown, matches: (each: Json) => boolean): Json | undefined => listOf(list).find(matches)

/** What is said of a version in a document of all. */
const inWhole = (body: Json, { group, version }: GroupVersion): readonly Json[] | undefined => {
  const found = named(body.items, ({ metadata }) => isObject(metadata) && metadata.name === group)
  const own = named(found?.versions, (each) => each.version === version)
  return own && listOf(own.resources)
}

const resourcesOf = async (delegate: Delegate, of: GroupVersion): Promise<readonly Json[]> => {
  const { code, body } = await ask(delegate, '/apis', { accept: whole.join() })
  const told = code === 200 && isObject(body) && body.kind === 'APIGroupDiscoveryList' ? inWhole(body, of) : undefined
  if (told) return told
  const { body: list } = await ask(delegate, rootOf(of))
  if (isObject(list) && list.kind === 'APIResourceList' && list.groupVersion === apiVersionOf(of)) {
    return fromLegacy(listOf(list.resources))
  }
  throw new Error(`there is no list of the resources of ${apiVersionOf(of)} at ${rootOf(of)}`)
}

const hashOf = (url: string): string | undefined => /[?&]hash=([^&]+)/.exec(url)?.[1]

/** Says an index of schemas which state one has, the schemas need not be asked for. */
const stateIn = (index: unknown, at: string): string | undefined => {
  const paths = isObject(index) && isObject(index.paths) ? index.paths : {}
  const entry = Object.hasOwn(paths, at) ? paths[at] : undefined
  return isObject(entry) ? hashOf(String(entry.serverRelativeURL)) : undefined
}

const schemasOf = async (delegate: Delegate, of: GroupVersion): Promise<string | undefined> => {
  const { code: told, body: index } = await ask(delegate, '/openapi/v3')
  const state = told === 200 ? stateIn(index, rootOf(of).slice(1)) : undefined
  if (state) return state
  const { code, body } = await ask(delegate, `/openapi/v3${rootOf(of)}`)
  if (code !== 200 || !isObject(body)) return undefined
  return createHash('sha512').update(JSON.stringify(body)).digest('hex').toUpperCase()
}

const olderSchemasOf = async (delegate: Delegate, of: GroupVersion): Promise<ForeignV2 | undefined> => {
  const { code, body } = await ask(delegate, '/openapi/v2')
  return code === 200 ? partOf(body, rootOf(of)) : undefined
}

/** Who describes what he has badly has it all the same. */
const orNothing = <T>(told: Promise<T>): Promise<T | undefined> => told.catch(() => undefined)

/** Asks a delegate what it has. Rejects when it does not say. */
export const discover = async (delegate: Delegate, of: GroupVersion): Promise<Findings> => {
  const [resources, schemas, v2] = await Promise.all([
    resourcesOf(delegate, of),
    orNothing(schemasOf(delegate, of)),
    orNothing(olderSchemasOf(delegate, of)),
  ])
  return { resources, ...(schemas && { schemas }), ...(v2 && { v2 }) }
}
