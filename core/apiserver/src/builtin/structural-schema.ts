import type { StatusCause } from '@flotilla/sdk'
import { cause } from '../schema/causes.ts'
import type { Schema } from '../schema/schema.ts'
import { isFields } from '../schema/shape.ts'
import { compileSchema } from '../schema/structural.ts'
import { type Causes, entry, when } from './checks.ts'
import { definition } from './definitions.ts'

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const scalars = new Set(['boolean', 'integer', 'number', 'string'])
const listTypes = ['atomic', 'map', 'set']

const grammar = () =>
  compileSchema(definition('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'))

const below = (field: string, { field: inner = '', ...rest }: StatusCause): StatusCause => ({
  ...rest,
  field: inner ? `${field}.${inner}` : field,
})

/** Schemas the schema of definitions does not look into: whatever may be there. */
function nested(field: string, found: unknown, check: (schema: Schema) => Causes): Causes {
  if (!isFields(found)) return [cause.invalid(field, found, 'must be a schema')]
  const wrong = grammar().validate(found)
  return wrong.length > 0 ? wrong.map((each) => below(field, each)) : check(found as Schema) // its grammar was checked
}

const isUntyped = (schema: Schema): boolean =>
  schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true

const type = (field: string, schema: Schema, place: string): Causes => {
  if (schema.type !== undefined) {
    return when(!types.includes(schema.type), () => cause.notSupported(`${field}.type`, schema.type, types))
  }
  return when(!isUntyped(schema), () => cause.required(`${field}.type`, `must not be empty for specified ${place}`))
}

function maps(field: string, { properties, additionalProperties: values }: Schema): Causes {
  if (values === undefined) return []
  return [
    ...when(properties !== undefined, () =>
      cause.forbidden(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    ),
    ...when(values === false, () =>
      cause.forbidden(`${field}.additionalProperties`, 'additionalProperties cannot be set to false'),
    ),
    ...(typeof values === 'boolean'
      ? []
      : nested(`${field}.additionalProperties`, values, (schema) =>
          structural(`${field}.additionalProperties`, schema, 'object fields'),
        )),
  ]
}

function listKeys(field: string, schema: Schema): Causes {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const at = `${field}.x-kubernetes-list-map-keys`
  if (schema['x-kubernetes-list-type'] !== 'map') {
    return when(keys.length > 0, () =>
      cause.required(`${field}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty'),
    )
  }
  const { properties = {}, required = [] } = schema.items ?? {}
  return [
    ...when(keys.length === 0, () => cause.required(at, 'must not be empty if x-kubernetes-list-type is map')),
    ...keys.flatMap((key, i) => {
      const found = entry(properties, key)
      if (!found) return [cause.invalid(`${at}[${i}]`, key, 'entries must all be names of item properties')]
      return [
        ...when(!scalars.has(found.type ?? ''), () =>
          cause.invalid(
            `${field}.items.properties[${key}].type`,
            found.type ?? '',
            "must be a scalar type if parent array's x-kubernetes-list-type is map",
          ),
        ),
        ...when(found.default === undefined && !required.includes(key), () =>
          cause.required(
            `${field}.items.properties[${key}].default`,
            'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
          ),
        ),
      ]
    }),
  ]
}

function lists(field: string, schema: Schema): Causes {
  const { 'x-kubernetes-list-type': listType, items } = schema
  if (schema.type !== 'array') {
    return when(listType !== undefined, () =>
      cause.invalid(`${field}.type`, schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'),
    )
  }
  if (items === undefined) return [cause.required(`${field}.items`, 'must be specified')]
  return [
    ...when(listType !== undefined && !listTypes.includes(listType), () =>
      cause.notSupported(`${field}.x-kubernetes-list-type`, listType, listTypes),
    ),
    ...nested(`${field}.items`, items, (schema) => structural(`${field}.items`, schema, 'array items')),
    ...listKeys(field, schema),
  ]
}

/** What a schema may not say, as it would cost too much or could not be kept. */
const forbidden = (field: string, schema: Schema): Causes => [
  ...when(schema.uniqueItems === true, () =>
    cause.forbidden(
      `${field}.uniqueItems`,
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ),
  ),
  ...when('$ref' in schema, () => cause.forbidden(`${field}.$ref`, '$ref is not supported')),
  ...when(schema['x-kubernetes-preserve-unknown-fields'] === false, () =>
    cause.invalid(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'),
  ),
  ...when(schema['x-kubernetes-embedded-resource'] === true && schema.type !== 'object', () =>
    cause.invalid(`${field}.type`, schema.type ?? '', 'must be object if x-kubernetes-embedded-resource is true'),
  ),
]

const ownWords = ['type', 'default', 'nullable', 'description', 'additionalProperties'] as const

/** Alternatives only say what values may be; what there is, the schema around them says. */
const alternative = (field: string, schema: Schema): Causes =>
  ownWords
    .filter((word) => schema[word] !== undefined)
    .map((word) => cause.forbidden(`${field}.${word}`, 'must be empty to be structural'))

/** `anyOf: [{type: integer}, {type: string}]`, which int-or-string fields have always said. */
const isIntOrString = (schema: Schema): boolean => schema['x-kubernetes-int-or-string'] === true

const alternatives = (field: string, schema: Schema): Causes =>
  isIntOrString(schema)
    ? []
    : (['allOf', 'anyOf', 'oneOf'] as const).flatMap((word) =>
        (schema[word] ?? []).flatMap((each, i) => alternative(`${field}.${word}[${i}]`, each)),
      )

/** A default is a value of its own schema, and has nothing the schema does not know. */
function defaultValue(field: string, schema: Schema): Causes {
  if (schema.default === undefined || schema.default === null) return []
  const { prune, validate } = compileSchema({ type: 'object', properties: { default: schema } })
  const object = { default: schema.default }
  const at = field.replace(/\.$/, '')
  return [
    ...validate(object).map((wrong) => ({ ...wrong, field: `${at}.${wrong.field ?? ''}` })),
    ...when(prune(object) !== object, () =>
      cause.invalid(`${at}.default`, schema.default, 'must not have unknown fields'),
    ),
  ]
}

/** What keeps a schema from being structural. `place` is where it is, in messages. */
function structural(field: string, schema: Schema, place: string): Causes {
  const children = Object.entries(schema.properties ?? {})
  const shape = [
    ...type(field, schema, place),
    ...forbidden(field, schema),
    ...maps(field, schema),
    ...lists(field, schema),
    ...alternatives(field, schema),
    ...children.flatMap(([name, child]) => structural(`${field}.properties[${name}]`, child, 'object fields')),
  ]
  return shape.length > 0 ? shape : defaultValue(field, schema)
}

/** What keeps the schema of a kind from being structural, and so from being pruned, defaulted and validated by. */
export function rootSchema(field: string, schema: Schema): Causes {
  if (schema.type === undefined) return [cause.required(`${field}.type`, 'must not be empty at the root')]
  if (schema.type !== 'object') return [cause.invalid(`${field}.type`, schema.type, 'must be object at the root')]
  return structural(field, schema, 'object fields')
}
