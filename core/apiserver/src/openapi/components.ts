import { definition, definitionName } from '../builtin/definitions.ts'
import type { Resource } from '../resource.ts'
import type { Schema } from '../schema/schema.ts'
import { published } from './published.ts'

type Json = Readonly<Record<string, unknown>>

const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const objectMeta = `${meta}.ObjectMeta`
const quantityName = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const intOrStringName = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'

const scalarOf = ({ format }: Schema): string | undefined => {
  if (format === 'quantity') return quantityName
  return format === 'int-or-string' ? intOrStringName : undefined
}

/** How a document refers to a component: `#/components/schemas/` or `#/definitions/`. */
export type Refer = (name: string) => Json

const mapped = (schemas: Readonly<Record<string, Schema>>, refer: Refer): Json =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, render(schema, refer)]))

const all = (schemas: readonly Schema[] | undefined, refer: Refer) => schemas?.map((schema) => render(schema, refer))

const given = (json: Json): Json => Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined))

/** A schema written out, with names in place of the parts that have one. */
function body(schema: Schema, refer: Refer): Json {
  const { properties, items, additionalProperties: values, allOf, anyOf, oneOf, not } = schema
  return given({
    ...schema,
    properties: properties && mapped(properties, refer),
    items: items && render(items, refer),
    additionalProperties: typeof values === 'object' ? render(values, refer) : values,
    allOf: all(allOf, refer),
    anyOf: all(anyOf, refer),
    oneOf: all(oneOf, refer),
    not: not && render(not, refer),
  })
}

/**
 * What a field says beyond what the type it names says: its default, how it merges. Where it has no description of its
 * own, that of the type says more than nothing.
 */
const refinement = (schema: Schema, base: Schema): Json => ({
  ...(base.description && { description: base.description }),
  ...Object.fromEntries(
    Object.entries(schema).filter(([word, value]) => word !== 'properties' && Reflect.get(base, word) !== value),
  ),
})

const without = ({ format: _, 'x-kubernetes-int-or-string': __, ...rest }: Schema): Json => ({ ...rest })

function reference(name: string, more: Json, refer: Refer): Json {
  return Object.keys(more).length > 0 ? { ...more, allOf: [refer(name)] } : refer(name)
}

function render(schema: Schema, refer: Refer): Json {
  const scalar = scalarOf(schema)
  if (scalar) return reference(scalar, without(schema), refer)
  const name = definitionName(schema)
  return name ? reference(name, refinement(schema, definition(name)), refer) : body(schema, refer)
}

const referred = '#/components/schemas/'

/** What is published, with references as this document has them. */
const adopted = (value: unknown, refer: Refer): unknown => {
  if (Array.isArray(value)) return value.map((each) => adopted(each, refer))
  if (typeof value !== 'object' || value === null) return value
  const all = Object.fromEntries(Object.entries(value).map(([word, each]) => [word, adopted(each, refer)]))
  const { $ref } = all // a field may be called that, too
  return typeof $ref === 'string' ? { ...all, ...refer($ref.slice(referred.length)) } : all
}

/** A type of Kubernetes', in its own words where it publishes them. */
const described = (name: string, refer: Refer): Json => {
  const found = published(name)
  return found ? (adopted(found, refer) as Json) : body(definition(name), refer) // what is adopted is still an object
}

/** The name of the schema of a resource: the official one, or that of its group read backwards. */
export const componentName = ({ schema, group, version, kind }: Resource): string =>
  (schema && definitionName(schema)) ?? `${group.split('.').toReversed().join('.')}.${version}.${kind}`

/** The name of a schema of Kubernetes' own. */
export const namedSchema = (schema: Schema): string => definitionName(schema) ?? ''

/** What a kind says of its own name and version: every one the same. */
const typeFields = (): Json => (published(optionsName) as { readonly properties: Json }).properties

/** What all objects have, for kinds whose schema leaves it to the server to say. */
const custom = (schema: Schema, refer: Refer): Json => {
  const { apiVersion, kind } = typeFields()
  const description = `Standard object's metadata. More info: ${conventions}#metadata`
  const metadata = reference(objectMeta, { description }, refer)
  const { properties, ...rest } = body(schema, refer)
  return { ...rest, type: 'object', properties: { apiVersion, kind, ...Object(properties), metadata } }
}

/** What a group, version and kind is called by in documents. */
export const kindOf = ({ group, version, kind }: Pick<Resource, 'group' | 'version' | 'kind'>): Json => ({
  group,
  version,
  kind,
})

const extension = 'x-kubernetes-group-version-kind'

const listBody = (resource: Resource, refer: Refer): Json => {
  const { apiVersion, kind } = typeFields()
  const description = `List of ${resource.plural}. More info: ${conventions}`
  const metadata = { description: `Standard list metadata. More info: ${conventions}#types-kinds` }
  return {
    description: `${resource.listKind} is a list of ${resource.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion,
      items: { description, type: 'array', items: refer(componentName(resource)) },
      kind,
      metadata: reference(`${meta}.ListMeta`, metadata, refer),
    },
    [extension]: [kindOf({ ...resource, kind: resource.listKind })],
  }
}

/** Collects components by name, and whatever they refer to. */
class Components {
  readonly #found = new Map<string, Json>()
  readonly #prefix: string

  /** `prefix` is where components are in the document. */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  readonly refer: Refer = (name) => {
    if (!this.#found.has(name)) this.#add(name, () => described(name, this.refer))
    return { $ref: `${this.#prefix}${name}` }
  }

  /** The name is taken before its body is written: types may refer to themselves. */
  #add(name: string, write: () => Json): void {
    this.#found.set(name, {})
    this.#found.set(name, write())
  }

  /** The type of a resource, which may also be a type others refer to. */
  addResource(resource: Resource): void {
    const { schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } = resource
    const name = definitionName(schema)
    const write = (): Json => ({
      ...(name === undefined ? custom(schema, this.refer) : described(name, this.refer)),
      [extension]: [kindOf(resource)],
    })
    this.#add(componentName(resource), write)
    for (const { schema: own } of resource.own ?? []) if (own) this.refer(namedSchema(own))
    if (resource.transient) return
    const list = listName(resource)
    this.#add(list, () => (published(list) ? described(list, this.refer) : listBody(resource, this.refer)))
  }

  sorted(): Json {
    return Object.fromEntries([...this.#found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** The name of the schema of a resource's lists. */
export const listName = (resource: Resource): string => `${componentName(resource)}List`

/** Types that operations speak of whatever their resource. */
export const optionsName = `${meta}.DeleteOptions`
export const scaleName = 'io.k8s.api.autoscaling.v1.Scale'

/** The schemas of some resources and of all types they are made of, by name. */
export function componentsOf(resources: readonly Resource[], prefix: string): Json {
  const components = new Components(prefix)
  for (const resource of resources) components.addResource(resource)
  components.refer(optionsName)
  if (resources.some(({ subresources }) => subresources.includes('scale'))) components.refer(scaleName)
  return components.sorted()
}
