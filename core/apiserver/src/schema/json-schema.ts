import { checkedFormats } from './formats.ts'
import type { Schema } from './schema.ts'

type Keywords = Readonly<Record<string, unknown>>

/** Turns a nested object schema into a reference to it, so that it is compiled on its own and when it is first met. */
export type Refer = (schema: Schema) => Keywords

const defined = (keywords: Keywords): Keywords =>
  Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined))

const typeOf = ({ type, nullable, 'x-kubernetes-int-or-string': intOrString, format }: Schema): unknown => {
  if (format === 'quantity') return ['number', 'string']
  if (intOrString) return ['integer', 'string', ...(nullable ? ['null'] : [])]
  return type && nullable ? [type, 'null'] : type
}

const bounds = ({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): Keywords => ({
  [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum,
  [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum,
})

/**
 * Uniqueness, where it is the schema's to say. Lists with a patch strategy belong to built-in kinds, which have always
 * let some duplicates pass (two container ports with one number, say): their kind refuses the others.
 */
const uniqueness = (schema: Schema): Keywords => {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys } = schema
  if (schema['x-kubernetes-patch-strategy']) return {}
  return type === 'set' || (type === 'map' && keys) ? { unique: type === 'set' ? [] : keys } : {}
}

const embedded: Keywords = {
  required: ['apiVersion', 'kind'],
  properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } },
}

const mapValues = (schemas: Readonly<Record<string, Schema>> | undefined, convert: (schema: Schema) => Keywords) =>
  schemas && Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, convert(schema)]))

const alternatives = (schema: Schema): Keywords => {
  const inline = (part: Schema): Keywords => jsonSchema(part, inline)
  return {
    allOf: schema.allOf?.map(inline),
    anyOf: schema.anyOf?.map(inline),
    oneOf: schema.oneOf?.map(inline),
    not: schema.not && inline(schema.not),
  }
}

/** What has a default was given it. */
const needed = ({ required = [], properties = {} }: Schema): readonly string[] | undefined => {
  const names = required.filter((name) => properties[name]?.default === undefined)
  return names.length > 0 ? names : undefined
}

/** A structural schema in the words of JSON Schema; `refer` decides how schemas below it are reached. */
export function jsonSchema(schema: Schema, refer: Refer): Keywords {
  const { additionalProperties, items, nullable } = schema
  const keywords = defined({
    type: typeOf(schema),
    format: schema.format && checkedFormats.has(schema.format) ? schema.format : undefined,
    enum: schema.enum && (nullable ? [...schema.enum, null] : schema.enum),
    pattern: schema.pattern,
    ...bounds(schema),
    multipleOf: schema.multipleOf,
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    minItems: schema.minItems,
    maxItems: schema.maxItems,
    uniqueItems: schema.uniqueItems,
    minProperties: schema.minProperties,
    maxProperties: schema.maxProperties,
    required: needed(schema),
    properties: mapValues(schema.properties, refer),
    additionalProperties: typeof additionalProperties === 'object' ? refer(additionalProperties) : undefined,
    items: items && refer(items),
    ...uniqueness(schema),
    ...alternatives(schema),
  })
  return schema['x-kubernetes-embedded-resource'] ? { allOf: [embedded, keywords] } : keywords
}
