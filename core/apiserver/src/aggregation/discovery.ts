import { createHash } from 'node:crypto'
import { isObject } from '../registry/json-path.ts'
import { ask } from './ask.ts'
import { type Delegate, type GroupVersion, rootOf } from './delegate.ts'

type Json = Readonly<Record<string, unknown>>

/** What a delegate says of itself. */
export interface Findings {
  /** In the words of aggregated discovery. */
  readonly resources: readonly Json[]
  /** Names the state of its schemas; absent where there are none. */
  readonly schemas?: string
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

const resourcesOf = async (delegate: Delegate, of: GroupVersion): Promise<readonly Json[]> => {
  const body = (await ask(delegate, rootOf(of), 'application/json'))?.body
  if (!isObject(body)) throw new Error(`there is no list of resources at ${rootOf(of)}`)
  return fromLegacy(listOf(body.resources))
}

const schemasOf = async (delegate: Delegate, of: GroupVersion): Promise<string | undefined> => {
  const body = (await ask(delegate, `/openapi/v3${rootOf(of)}`, 'application/json'))?.body
  return isObject(body) ? createHash('sha512').update(JSON.stringify(body)).digest('hex').toUpperCase() : undefined
}

/** Asks a delegate what it has. Rejects when it does not say. */
export const discover = async (delegate: Delegate, of: GroupVersion): Promise<Findings> => {
  const [resources, schemas] = await Promise.all([resourcesOf(delegate, of), schemasOf(delegate, of)])
  return { resources, ...(schemas && { schemas }) }
}
