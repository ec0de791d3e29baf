import { createHash } from 'node:crypto'
import type { Resource } from '../resource.ts'
import { componentsOf } from './components.ts'
import { bodySchema, type Operation, type Parameter, type Path, pathsOf } from './operations.ts'

type Json = Readonly<Record<string, unknown>>

const prefix = '#/components/schemas/'

const refer = (name: string): Json => ({ $ref: `${prefix}${name}` })

const parameter = ({ name, in: place, type, description }: Parameter): Json => ({
  name,
  in: place,
  description,
  ...(place === 'path' && { required: true }),
  schema: { type, uniqueItems: true },
})

const content = (types: readonly string[], schema: Json): Json =>
  Object.fromEntries(types.map((type) => [type, { schema }]))

function operation({ id, description, action, kind, parameters, body, answer, code }: Operation): Json {
  return {
    description,
    operationId: id,
    ...(parameters.length > 0 && { parameters: parameters.map(parameter) }),
    ...(body && {
      requestBody: {
        content: content(body.types, bodySchema(body.schema, refer)),
        ...(body.required && { required: true }),
      },
    }),
    responses: { [code]: { description: 'OK', content: content(['application/json'], refer(answer)) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  }
}

const path = ({ parameters, operations }: Path): Json => ({
  parameters: parameters.map(parameter),
  ...Object.fromEntries(operations.map((each) => [each.method, operation(each)])),
})

const document = (resources: readonly Resource[]): object => ({
  openapi: '3.0.0',
  info: { title: 'Kubernetes', version: 'v1.33.0' },
  paths: Object.fromEntries(resources.flatMap(pathsOf).map((each) => [each.path, path(each)])),
  components: { schemas: componentsOf(resources, prefix) },
})

interface Made {
  readonly of: readonly Resource[]
  readonly document: object
  readonly hash: string
}

/** By the first schema: several servers in one process serve the same kinds, and describe them in the same words. */
const made = new WeakMap<object, Made>()

const isSame = (a: Resource, b: Resource | undefined): boolean =>
  a.schema === b?.schema &&
  a.plural === b?.plural &&
  a.subresources.join() === b.subresources.join() &&
  a.own?.length === b.own?.length

const isOf = (found: Made, resources: readonly Resource[]): boolean =>
  found.of.length === resources.length && resources.every((each, i) => isSame(each, found.of[i]))

const make = (resources: readonly Resource[]): Made => {
  const whole = document(resources)
  const hash = createHash('sha512').update(JSON.stringify(whole)).digest('hex').toUpperCase()
  return { of: resources, document: whole, hash }
}

function madeOf(resources: readonly Resource[]): Made {
  const key = resources[0]?.schema
  const found = key && made.get(key)
  if (found && isOf(found, resources)) return found
  const fresh = make(resources)
  if (key) made.set(key, fresh)
  return fresh
}

const pathOf = (group: string, version: string): string => (group ? `apis/${group}/${version}` : `api/${version}`)

/**
 * The OpenAPI v3 document of a group's version: paths with their operations, and schemas. Undefined when none of the
 * resources is of it.
 */
export function openApiDocument(resources: readonly Resource[], group: string, version: string): object | undefined {
  const own = resources.filter((resource) => resource.group === group && resource.version === version)
  return own.length > 0 ? madeOf(own).document : undefined
}

/** A document that somebody else has. */
export interface ForeignDocument {
  readonly group: string
  readonly version: string
  /** Its hash; absent when there is none. */
  readonly schemas?: string
}

/** The index of the documents. The hash in a URL is that of what is there, so that clients can keep it. */
export function openApiIndex(resources: readonly Resource[], foreign: readonly ForeignDocument[] = []): object {
  const byPath = Map.groupBy(resources, ({ group, version }) => pathOf(group, version))
  const own = [...byPath].map(([at, all]) => [at, madeOf(all).hash] as const)
  const others = foreign.flatMap(({ group, version, schemas }) =>
    schemas === undefined ? [] : [[pathOf(group, version), schemas] as const],
  )
  const entries = [...own, ...others].map(
    ([at, hash]) => [at, { serverRelativeURL: `/openapi/v3/${at}?hash=${hash}` }] as const,
  )
  return { paths: Object.fromEntries(entries) }
}
