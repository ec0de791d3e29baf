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

type Schemas = Readonly<Record<string, Schema>>

/** Types that are found one inside the other. */
class Declarations {
  readonly all: Declaration[] = []
  readonly #names: Map<string, string>
  readonly #nested: Readonly<Record<string, string>>

  constructor(named: Schemas, nested: Readonly<Record<string, string>>) {
    this.#names = new Map(Object.entries(named).map(([name, schema]) => [meaning(schema), name]))
    this.#nested = nested
  }

  declare(name: string, schema: Schema): void {
    const { description = '', anyOf = [] } = schema
    if (!isStruct(schema)) {
      this.all.push({ is: 'alias', name, description, type: this.#plain(schema, name) })
      return
    }
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true
    const fields = this.#fields(name, schema)
    const either = anyOf.map((one) => this.#fields(name, one))
    this.all.push({ is: 'struct', name, description, fields, open, either })
  }

  #fields(place: string, { properties = {}, required = [] }: Schema): readonly Field[] {
    return Object.entries(properties).map(([name, schema]) => ({
      name,
      description: schema.description ?? '',
      type: this.#type(schema, `${place}.${name}`),
      required: required.includes(name),
    }))
  }

  #type(schema: Schema, place: string): Type {
    const known = this.#names.get(meaning(schema))
    if (known !== undefined) return { is: 'named', name: known }
    return isStruct(schema) ? this.#found(schema, place) : this.#plain(schema, place)
  }

  /** A struct that has no name yet. */
  #found(schema: Schema, place: string): Type {
    const name = this.#nested[place.replace('[]', '')] ?? nameAt(place)
    if (this.all.some((other) => other.name === name)) throw new Error(`${name} is taken: ${place} needs another name`)
    this.#names.set(meaning(schema), name)
    this.declare(name, schema)
    return { is: 'named', name }
  }

  #plain(schema: Schema, place: string): Type {
    const { type = 'anything', format, items, additionalProperties } = schema
    if (schema['x-kubernetes-int-or-string']) return { is: 'quantity' }
    if (schema.enum) return { is: 'word', words: schema.enum }
    if (items) return { is: 'list', of: this.#type(items, `${place}[]`) }
    if (additionalProperties) return { is: 'map', of: this.#type(additionalProperties, `${place}[]`) }
    return type === 'integer' ? { is: type, bits: format === 'int32' ? 32 : 64 } : { is: simple[type] }
  }
}

/** What a type of a schema that says no more is. */
const simple = {
  string: 'text',
  number: 'number',
  boolean: 'flag',
  object: 'fields',
  array: 'anything',
  anything: 'anything',
} as const

/**
 * Schemas by name as types by name. What is the same has one name; nested types are called as `nested` says of their place,
 * `Binding.spec`, or after the place.
 */
export function declarations(named: Schemas, nested: Readonly<Record<string, string>>): readonly Declaration[] {
  const found = new Declarations(named, nested)
  for (const [name, schema] of Object.entries(named)) found.declare(name, schema)
  return found.all
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
export function typeIn(named: Schemas, schema: Schema): Type {
  const [name] = Object.entries(named).find(([, other]) => meaning(other) === meaning(schema)) ?? []
  if (name !== undefined) return { is: 'named', name }
  if (schema.items) return { is: 'list', of: typeIn(named, schema.items) }
  throw new Error(`a schema at a point has no name: ${schema.description}`)
}
