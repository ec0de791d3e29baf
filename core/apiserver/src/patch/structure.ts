import { wholeObject } from '../schema/metadata.ts'
import type { Schema } from '../schema/schema.ts'

/** How the parts of a value merge and are owned: a schema, seen by patches. */
export interface Structure {
  /** Owned and replaced as one. Lists are, unless `list` says otherwise. */
  readonly atomic: boolean
  /** Of a field of an object. */
  readonly field: (name: string) => Structure
  /** Whether the schema names the field; others are keys of a map. */
  readonly names: (name: string) => boolean
  /** Whether it is a map: its schema names no field. */
  readonly free: boolean
  /** Of a list whose items are merged one by one. */
  readonly list: ListStructure | undefined
}

export interface ListStructure {
  /** The fields that tell items apart, sorted; none in a set, whose items are themselves. */
  readonly keys: readonly string[]
  /** What a key is when an item does not say it. */
  readonly defaults: Readonly<Record<string, unknown>>
  readonly item: Structure
}

/** Where no schema is: objects merge, lists do not. */
const deduced: Structure = { atomic: false, field: () => deduced, names: () => false, free: false, list: undefined }

const known = new WeakMap<Schema, Structure>()

function listOf(schema: Schema): ListStructure | undefined {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': mapKeys = [], items } = schema
  if (!items || (type !== 'map' && type !== 'set')) return undefined
  const keys = type === 'map' ? mapKeys.toSorted() : []
  const defaults = Object.fromEntries(keys.map((key) => [key, items.properties?.[key]?.default]))
  return { keys, defaults, item: structureOf(items) }
}

function build(schema: Schema): Structure {
  const { properties = {}, additionalProperties: values } = schema
  const other = typeof values === 'object' ? values : undefined
  return {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    field: (name) => {
      const child = Object.hasOwn(properties, name) ? properties[name] : other
      return child ? structureOf(child) : deduced
    },
    names: (name) => Object.hasOwn(properties, name),
    free: other !== undefined && Object.keys(properties).length === 0,
    list: listOf(schema),
  }
}

/** The structure of a schema; the same schema always gives the same. */
export function structureOf(schema: Schema): Structure {
  const found = known.get(schema)
  if (found) return found
  const structure = build(schema['x-kubernetes-embedded-resource'] ? wholeObject(schema) : schema)
  known.set(schema, structure)
  return structure
}

const unknownKind: Schema = { 'x-kubernetes-preserve-unknown-fields': true }

/** The structure of whole objects of a kind, of which there may be no schema. */
export const objectStructure = (schema: Schema | undefined): Structure =>
  structureOf(wholeObject(schema ?? unknownKind))

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null

/** The step to an item (`k:{"name":"web"}`, `v:"x"`), or undefined when it lacks a key and so cannot be told apart. */
export function stepTo(item: unknown, { keys, defaults }: ListStructure): string | undefined {
  if (keys.length === 0) return isScalar(item) ? `v:${JSON.stringify(item)}` : undefined
  if (isScalar(item) || Array.isArray(item)) return undefined
  const id: Record<string, unknown> = {}
  for (const key of keys) {
    const value: unknown = Reflect.get(Object(item), key) ?? defaults[key]
    if (value === undefined) return undefined
    id[key] = value
  }
  return `k:${JSON.stringify(id)}`
}

/** The items of a list by the steps to them, in order; undefined when they cannot all be told apart. */
export function itemsByStep(items: readonly unknown[], list: ListStructure): ReadonlyMap<string, unknown> | undefined {
  const byStep = new Map<string, unknown>()
  for (const item of items) {
    const step = stepTo(item, list)
    if (step === undefined || byStep.has(step)) return undefined
    byStep.set(step, item)
  }
  return byStep
}
