import type { Resource } from '../resource.ts'
import { componentsOf } from './components.ts'
import type { ForeignV2 } from './foreign.ts'
import { bodySchema, type Operation, type Parameter, type Path, pathsOf } from './operations.ts'

type Json = Readonly<Record<string, unknown>>

const prefix = '#/definitions/'

const refer = (name: string): Json => ({ $ref: `${prefix}${name}` })

const parameter = ({ name, in: place, type, description }: Parameter): Json => ({
  name,
  in: place,
  description,
  type,
  ...(place === 'path' && { required: true }),
  uniqueItems: true,
})

const body = ({ schema, required }: NonNullable<Operation['body']>): Json => ({
  name: 'body',
  in: 'body',
  ...(required && { required }),
  schema: bodySchema(schema, refer),
})

const operation = ({ id, description, action, kind, parameters, body: sent, answer, code }: Operation): Json => ({
  description,
  operationId: id,
  consumes: sent ? sent.types : ['*/*'],
  produces: ['application/json'],
  schemes: ['https'],
  parameters: [...(sent ? [body(sent)] : []), ...parameters.map(parameter)],
  responses: { [code]: { description: 'OK', schema: refer(answer) } },
  'x-kubernetes-action': action,
  'x-kubernetes-group-version-kind': kind,
})

const path = ({ parameters, operations }: Path): Json => ({
  parameters: parameters.map(parameter),
  ...Object.fromEntries(operations.map((each) => [each.method, operation(each)])),
})

/** Words OpenAPI v2 does not have, or has another use for. */
const unknownWords = new Set(['allOf', 'anyOf', 'default', 'not', 'nullable', 'oneOf'])

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const olderAll = (schemas: Json): Json =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, older(schema)]))

/** The type a schema refines: it has to stand for itself, as v2 cannot refine. */
const refined = ({ allOf }: Json): Json => {
  const [reference] = Array.isArray(allOf) ? allOf : []
  return isJson(reference) && '$ref' in reference ? { $ref: reference.$ref } : {}
}

/** What may hold fields that nobody names, names none: kubectl would refuse all others. */
const ofAnything = ({ properties: _, items: __, additionalProperties: ___, required: ____, ...rest }: Json): Json =>
  rest

/** A schema in the words of v2: what is a number or a text is called a text. */
function older(schema: unknown): unknown {
  if (!isJson(schema)) return schema
  const plain = Object.fromEntries(Object.entries(schema).filter(([word]) => !unknownWords.has(word)))
  const { properties, items, additionalProperties: values } = schema
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return ofAnything(plain)
  const isText = !schema.type && ('oneOf' in schema || schema['x-kubernetes-int-or-string'] === true)
  return {
    ...plain,
    ...(isJson(properties) && { properties: olderAll(properties) }),
    ...(items !== undefined && { items: older(items) }),
    ...(values !== undefined && { additionalProperties: older(values) }),
    ...(isText && { type: 'string' }),
    ...refined(schema),
  }
}

const definitions = (resources: readonly Resource[]): Json => olderAll(componentsOf(resources, prefix))

interface Foreign {
  readonly v2?: ForeignV2
}

const merged = (foreign: readonly Foreign[], part: keyof ForeignV2): Json =>
  Object.assign({}, ...foreign.map(({ v2 }) => v2?.[part] ?? {}))

/** The OpenAPI v2 document of everything that is served. What others call as we do is what all call so: of the machinery. */
export const openApiV2 = (resources: readonly Resource[], foreign: readonly Foreign[] = []): object => ({
  swagger: '2.0',
  info: { title: 'Kubernetes', version: 'v1.33.0' },
  paths: {
    ...merged(foreign, 'paths'),
    ...Object.fromEntries(resources.flatMap(pathsOf).map((each) => [each.path, path(each)])),
  },
  definitions: { ...merged(foreign, 'definitions'), ...definitions(resources) },
})
