import { parseQuantity } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'
import type { Schema } from '../schema/schema.ts'
import { isFields } from '../schema/shape.ts'
import { definitionName } from './definitions.ts'

/** Where a value is for a program in Go: in a field of a struct. */
interface Place {
  readonly struct: string
  /** The path of the field, without the places in lists. */
  readonly path: readonly string[]
}

const shortName = (schema: Schema): string | undefined => definitionName(schema)?.split('.').slice(-2).join('.')

/** What Go calls a type. */
function typeName(schema: Schema): string {
  const { type, format, items, additionalProperties: values } = schema
  if (type === 'array') return format === 'byte' ? '[]uint8' : `[]${typeName(items ?? {})}`
  if (type === 'object') return shortName(schema) ?? `map[string]${typeof values === 'object' ? typeName(values) : ''}`
  if (type === 'integer') return format || 'int32'
  if (type === 'number') return 'float64'
  return type === 'boolean' ? 'bool' : 'string'
}

/** What Go calls what it found. */
function foundName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) <= 2 ** 31 ? 'number' : `number ${value}`
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** Whether Go's type has such a number. */
const holds = ({ format }: Schema, value: unknown): boolean =>
  Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** (format === 'int64' ? 63 : 31)

const fits = (schema: Schema, value: unknown): boolean => {
  const { type } = schema
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isFields(value)
  if (type === 'integer') return holds(schema, value)
  return type === undefined || typeof value === type
}

const quantityForm = /^[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*$/

function amount(value: unknown): string | undefined {
  try {
    if (typeof value === 'string' || typeof value === 'number') parseQuantity(value)
    return undefined
  } catch {
    return typeof value === 'string' && quantityForm.test(value)
      ? "unable to parse quantity's suffix"
      : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
  }
}

const mismatch = (schema: Schema, value: unknown, { struct, path }: Place): string =>
  `json: cannot unmarshal ${foundName(value)} into Go struct field ${struct}.${path.join('.')} of type ${typeName(schema)}`

function field(schema: Schema, name: string): Schema | undefined {
  const { properties = {}, additionalProperties: values } = schema
  if (Object.hasOwn(properties, name)) return properties[name]
  return typeof values === 'object' ? values : undefined
}

function first<T>(all: readonly T[], find: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = find(one)
    if (found !== undefined) return found
  }
  return undefined
}

const below = (schema: Schema, name: string, { struct, path }: Place): Place => ({
  struct: schema.properties ? (definitionName(schema)?.split('.').at(-1) ?? struct) : struct,
  path: schema.properties ? [...path, name] : path,
})

function wrongIn(schema: Schema, value: unknown, place: Place): string | undefined {
  if (value === null || value === undefined) return undefined
  if (schema.format === 'quantity') return amount(value)
  if (!fits(schema, value)) return mismatch(schema, value, place)
  if (Array.isArray(value)) return first(value, (each) => wrongIn(schema.items ?? {}, each, place))
  if (!isFields(value)) return undefined
  return first(Object.keys(value), (name) => {
    const child = field(schema, name)
    return child && wrongIn(child, value[name], below(schema, name, place))
  })
}

/** What cannot be read of a built-in object, in the words of a program in Go; undefined when all can. */
export function misread({ kind, schema }: Served, object: object): string | undefined {
  if (!schema) return undefined
  const { metadata: _, apiVersion: __, kind: ___, ...rest } = object as Readonly<Record<string, unknown>>
  return wrongIn(schema, rest, { struct: kind, path: [] })
}
