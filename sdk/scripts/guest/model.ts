import type { Schema } from '../../src/schema.ts'

/** A type as every language knows one. */
export type Type =
  | { readonly is: 'text' | 'flag' | 'number' | 'quantity' | 'anything' | 'fields' }
  | { readonly is: 'integer'; readonly bits: 32 | 64 }
  | { readonly is: 'word'; readonly words: readonly string[] }
  | { readonly is: 'list' | 'map'; readonly of: Type }
  | { readonly is: 'named'; readonly name: string }

export interface Field {
  readonly name: string
  readonly description: string
  readonly type: Type
  readonly required: boolean
}

interface Declared {
  readonly name: string
  readonly description: string
}

/** An object. */
export interface Struct extends Declared {
  readonly is: 'struct'
  readonly fields: readonly Field[]
  /** Whether it has fields nobody knows of, which must not be lost. */
  readonly open: boolean
  /** Where an object is one of several: their fields, each set by itself. */
  readonly either: readonly (readonly Field[])[]
}

/** Another name for a type. */
export interface Alias extends Declared {
  readonly is: 'alias'
  readonly type: Type
}

export type Declaration = Struct | Alias

/** What a schema says, whatever its words. */
const meaning = (schema: Schema): string =>
  JSON.stringify(schema, (key, value) => (key === 'description' && typeof value === 'string' ? undefined : value))

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** One of several: `policies` → `policy`. */
const one = (word: string): string => word.replace(/ies$/, 'y').replace(/s$/, '')

/** What a type is called by default: `Binding.spec.clusters[]` → `BindingSpecCluster`. */
const nameAt = (place: string): string =>
  place
    .split('.')
    .map((word) => capital(word.endsWith('[]') ? one(word.slice(0, -2)) : word))
    .join('')

const isStruct = ({ type, properties }: Schema): boolean => type === 'object' && properties !== undefined

/**
 * Schemas by name as types by name. What is the same has one name; nested types are called as `nested` says of their place,
 * `Binding.spec`, or after the place.
 */
export function declarations(
  named: Readonly<Record<string, Schema>>,
  nested: Readonly<Record<string, string>>,
): readonly Declaration[] {
  const names = new Map(Object.entries(named).map(([name, schema]) => [meaning(schema), name]))
  const declared: Declaration[] = []

  const typeOf = (schema: Schema, place: string): Type => {
    const known = names.get(meaning(schema))
    if (known !== undefined) return { is: 'named', name: known }
    if (!isStruct(schema)) return plain(schema, place)
    const name = nested[place.replace('[]', '')] ?? nameAt(place)
    if (declared.some((other) => other.name === name)) throw new Error(`${name} is taken: ${place} needs another name`)
    names.set(meaning(schema), name)
    declare(name, schema)
    return { is: 'named', name }
  }

  const plain = (schema: Schema, place: string): Type => {
    const { type, format, items, additionalProperties } = schema
    if (schema['x-kubernetes-int-or-string']) return { is: 'quantity' }
    if (schema.enum) return { is: 'word', words: schema.enum }
    if (items) return { is: 'list', of: typeOf(items, `${place}[]`) }
    if (additionalProperties) return { is: 'map', of: typeOf(additionalProperties, `${place}[]`) }
    if (type === 'integer') return { is: 'integer', bits: format === 'int32' ? 32 : 64 }
    if (type === 'object') return { is: 'fields' }
    if (type === undefined) return { is: 'anything' }
    return { is: ({ string: 'text', number: 'number', boolean: 'flag', array: 'anything' } as const)[type] }
  }

  const fieldsOf = (place: string, { properties = {}, required = [] }: Schema): readonly Field[] =>
    Object.entries(properties).map(([name, schema]) => ({
      name,
      description: schema.description ?? '',
      type: typeOf(schema, `${place}.${name}`),
      required: required.includes(name),
    }))

  const declare = (name: string, schema: Schema): void => {
    const { description = '', anyOf = [] } = schema
    if (!isStruct(schema)) {
      declared.push({ is: 'alias', name, description, type: plain(schema, name) })
      return
    }
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true
    const fields = fieldsOf(name, schema)
    declared.push({ is: 'struct', name, description, fields, open, either: anyOf.map((one) => fieldsOf(name, one)) })
  }

  for (const [name, schema] of Object.entries(named)) declare(name, schema)
  return declared
}

/** A point as a guest sees it. */
export interface Exported {
  readonly point: string
  /** The function that answers it. */
  readonly name: string
  readonly description: string
  readonly argument: Type
  readonly answer: Type
}

/** The type of a schema that has a name, or is of one that has. */
export function typeIn(named: Readonly<Record<string, Schema>>, schema: Schema): Type {
  const [name] = Object.entries(named).find(([, other]) => meaning(other) === meaning(schema)) ?? []
  if (name !== undefined) return { is: 'named', name }
  if (schema.items) return { is: 'list', of: typeIn(named, schema.items) }
  throw new Error(`a schema at a point has no name: ${schema.description}`)
}
