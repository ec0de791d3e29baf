import { deepFreeze } from '@flotilla/sdk'
import { wholeObject } from './metadata.ts'
import type { Schema } from './schema.ts'

/** A schema, prepared for walking objects: what is below a value, and what becomes of a missing one. */
export interface Shape {
  /** Of the fields a schema names. */
  readonly fields: ReadonlyMap<string, Shape>
  /** Of all other fields, in a map. */
  readonly values: Shape | undefined
  /** Of the elements, in a list. */
  readonly items: Shape | undefined
  /** Fields that no one names stay. */
  readonly keepsUnknown: boolean
  readonly nullable: boolean
  /** A number or text with a unit, written in one way only. */
  readonly quantity: boolean
  /** Frozen; undefined when there is none. */
  readonly default: unknown
  /** The fields with a default, in the order of the schema. */
  readonly defaulted: readonly (readonly [string, Shape])[]
  /** Nothing is below, or nothing is known of it. */
  readonly leaf: boolean
}

type Draft = { -readonly [Field in keyof Shape]: Shape[Field] }

const known = new WeakMap<Schema, Shape>()

const subschemas = (schema: Schema): Readonly<Record<string, Schema>> =>
  (schema['x-kubernetes-embedded-resource'] ? wholeObject(schema).properties : schema.properties) ?? {}

const saysNothing = (schema: Schema): boolean => !schema.type && !schema.properties && !schema.items

const keepsUnknown = (schema: Schema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true || saysNothing(schema)

/** A shape without its children: they may lead back to it. */
const blank = (schema: Schema): Draft => ({
  fields: new Map(),
  values: undefined,
  items: undefined,
  keepsUnknown: keepsUnknown(schema),
  nullable: schema.nullable === true,
  quantity: schema.format === 'quantity',
  default: deepFreeze(schema.default),
  defaulted: [],
  leaf: true,
})

/** The shape of a schema; the same schema always gives the same shape. Schemas may be recursive. */
export function shapeOf(schema: Schema): Shape {
  const found = known.get(schema)
  if (found) return found
  const shape = blank(schema)
  known.set(schema, shape)
  const { additionalProperties, items } = schema
  const fields = Object.entries(subschemas(schema)).map(([name, child]) => [name, shapeOf(child)] as const)
  shape.fields = new Map(fields)
  if (typeof additionalProperties === 'object') shape.values = shapeOf(additionalProperties)
  if (items) shape.items = shapeOf(items)
  shape.defaulted = fields.filter(([, child]) => child.default !== undefined)
  const container = schema.type === 'object' && !shape.keepsUnknown
  shape.leaf = !(container || shape.fields.size || shape.values || items || shape.quantity)
  return shape
}

type Fields = Readonly<Record<string, unknown>>

/** Whether a value has fields: neither a scalar nor a list. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A list with each element changed, or the same list when none was. */
export function mapItems(
  list: readonly unknown[],
  shape: Shape,
  change: (item: unknown, shape: Shape) => unknown,
): readonly unknown[] {
  let changed: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const item = change(list[i], shape)
    if (item === list[i]) continue
    changed ??= list.slice()
    changed[i] = item
  }
  return changed ?? list
}
