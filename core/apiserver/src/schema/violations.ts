import type { StatusCause } from '@flotilla/sdk'
import type { ErrorObject } from 'ajv'
import { cause } from './causes.ts'

/** A value in which something was found: by its JSON pointer, in the object it is part of. */
export interface Place {
  readonly pointer: string
  readonly root: unknown
}

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~')

const below = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

interface Found {
  /** `spec.containers[0].name`. */
  readonly field: string
  readonly value: unknown
}

const joined = (path: string, key: string): string => (path ? `${path}.${key}` : key)

/** The path Kubernetes calls a place by, and what is there. */
function find({ pointer, root }: Place): Found {
  let field = ''
  let value = root
  for (const key of pointer.split('/').slice(1).map(unescaped)) {
    field = Array.isArray(value) ? `${field}[${key}]` : joined(field, key)
    value = below(value, key)
  }
  return { field, value }
}

/** The path Kubernetes calls a place by. */
export const fieldOf = (place: Place): string => find(place).field

/** The name of the type of a value. */
function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

type Params = ErrorObject['params']

const bound = (comparison: string): string =>
  ({ '>=': 'greater than or equal to', '<=': 'less than or equal to', '>': 'greater than', '<': 'less than' })[
    comparison
  ] ?? comparison

const count = (value: unknown): number => (Array.isArray(value) ? value.length : Object.keys(Object(value)).length)

const quantityGrammar = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

const formatDetail = (body: string, value: unknown, format: string): string =>
  format === 'quantity' ? quantityGrammar : `${body} must be of type ${format}: ${JSON.stringify(value)}`

const typeCause = ({ field, value }: Found, type: string | readonly string[]): StatusCause => {
  const found = typeName(value)
  const wanted = [type].flat().filter((name) => name !== 'null')
  return cause.wrongType(field, found, `${field} in body must be of type ${wanted.join(',')}: "${found}"`)
}

/** One JSON Schema keyword that does not hold, as Kubernetes says it. */
const sayings: Readonly<Record<string, (found: Found, params: Params) => StatusCause>> = {
  type: (found, { type }) => typeCause(found, type),
  required: ({ field }, { missingProperty }) => cause.required(joined(field, missingProperty)),
  enum: ({ field, value }, { allowedValues }) =>
    cause.notSupported(
      field,
      value,
      allowedValues.filter((allowed: unknown) => allowed !== null),
    ),
  maxLength: ({ field }, { limit }) => cause.tooLong(field, limit),
  maxItems: ({ field, value }, { limit }) => cause.tooMany(field, count(value), limit),
  maxProperties: ({ field, value }, { limit }) => cause.tooMany(field, count(value), limit),
}

/** The same for the keywords whose value is just invalid: why it is. */
const details: Readonly<Record<string, (body: string, params: Params, value: unknown) => string>> = {
  format: (body, { format }, value) => formatDetail(body, value, format),
  pattern: (body, { pattern }) => `${body} should match '${pattern}'`,
  minimum: (body, { comparison, limit }) => `${body} should be ${bound(comparison)} ${limit}`,
  maximum: (body, { comparison, limit }) => `${body} should be ${bound(comparison)} ${limit}`,
  exclusiveMinimum: (body, { comparison, limit }) => `${body} should be ${bound(comparison)} ${limit}`,
  exclusiveMaximum: (body, { comparison, limit }) => `${body} should be ${bound(comparison)} ${limit}`,
  multipleOf: (body, { multipleOf }) => `${body} should be a multiple of ${multipleOf}`,
  minLength: (body, { limit }) => `${body} should be at least ${limit} chars long`,
  minItems: (body, { limit }) => `${body} should have at least ${limit} items`,
  minProperties: (body, { limit }) => `${body} should have at least ${limit} properties`,
  uniqueItems: (body) => `${body} shouldn't contain duplicates`,
  anyOf: (body) => `"${body.replace(/ in body$/, '')}" must validate at least one schema (anyOf)`,
  oneOf: (body) => `"${body.replace(/ in body$/, '')}" must validate one and only one schema (oneOf)`,
  not: (body) => `"${body.replace(/ in body$/, '')}" must not validate the schema (not)`,
}

/** Inside an alternative that does not hold, what is wrong with each branch only confuses. */
const insideAlternative = /\/(anyOf|oneOf)\/\d+\/|\/not\//

function violation(error: ErrorObject, root: unknown): readonly StatusCause[] {
  const { keyword, params, schemaPath } = error
  if (params.causes) return params.causes
  const propertyless = schemaPath.replaceAll(/\/properties\/[^/]+/g, '')
  if (insideAlternative.test(propertyless)) return []
  const found = find({ pointer: error.instancePath, root })
  const saying = sayings[keyword]
  if (saying) return [saying(found, params)]
  const detail = details[keyword]
  const body = `${found.field} in body`
  return [cause.invalid(found.field, found.value, detail?.(body, params, found.value) ?? String(error.message))]
}

/** What a validator found, as Kubernetes says it. An error that already knows carries its `causes` as a parameter. */
export const violations = (errors: readonly ErrorObject[], root: unknown): readonly StatusCause[] =>
  errors.flatMap((error) => violation(error, root))
