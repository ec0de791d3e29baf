import { pattern } from '@flotilla/cel'
import { reasonOf, type StatusCause } from '@flotilla/sdk'
import { cause } from '../schema/causes.ts'
import type { Schema } from '../schema/schema.ts'
import { isFields } from '../schema/shape.ts'
import { compileSchema } from '../schema/structural.ts'
import { type Causes, entry, when } from './checks.ts'
import { definition } from './definitions.ts'
import { ruleCosts } from './rule-costs.ts'
import { type Uncorrelated, validationRules } from './validation-rules.ts'

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
  schema['x-kubernetes-int-or-string'] === true ||
  schema['x-kubernetes-preserve-unknown-fields'] === true ||
  '$ref' in schema

const type = (field: string, schema: Schema, place: string): Causes => {
  if (schema.type !== undefined) {
    return when(!types.includes(schema.type), () => cause.notSupported(`${field}.type`, schema.type, types))
  }
  return when(!isUntyped(schema), () => cause.required(`${field}.type`, `must not be empty for specified ${place}`))
}

/** What is known of a place in a schema. */
interface Context {
  /** What it is of, in messages. */
  readonly place: string
  readonly root: boolean
  readonly uncorrelated?: Uncorrelated | undefined
}

const inObject = (uncorrelated: Uncorrelated | undefined): Context => ({
  place: 'object fields',
  root: false,
  uncorrelated,
})

function maps(field: string, { properties, additionalProperties: values }: Schema, context: Context): Causes {
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
          structural(`${field}.additionalProperties`, schema, inObject(context.uncorrelated)),
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

/** Items that are compared as a whole may not be put together field by field. */
const setItems = (field: string, { items, 'x-kubernetes-list-type': listType }: Schema): Causes => {
  if (listType !== 'set' || !items) return []
  const at = `${field}.items`
  const mapType = items['x-kubernetes-map-type'] ?? null
  const itemType = items['x-kubernetes-list-type'] ?? null
  return [
    ...when(items.nullable === true, () =>
      cause.forbidden(`${at}.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'),
    ),
    ...when(items.type === 'object' && mapType !== 'atomic', () =>
      cause.invalid(
        `${at}.x-kubernetes-map-type`,
        mapType,
        'must be atomic as item of a list with x-kubernetes-list-type=set',
      ),
    ),
    ...when(items.type === 'array' && itemType !== null && itemType !== 'atomic', () =>
      cause.invalid(
        `${at}.x-kubernetes-list-type`,
        itemType,
        'must be atomic as item of a list with x-kubernetes-list-type=set',
      ),
    ),
  ]
}

const mapTypes = ['atomic', 'granular']

const mapType = (field: string, { 'x-kubernetes-map-type': found, type: ofSchema }: Schema): Causes => {
  if (found === undefined) return []
  return [
    ...when(ofSchema !== 'object', () =>
      cause.invalid(`${field}.type`, ofSchema ?? '', 'must be object if x-kubernetes-map-type is specified'),
    ),
    ...when(!mapTypes.includes(found), () => cause.notSupported(`${field}.x-kubernetes-map-type`, found, mapTypes)),
  ]
}

/** Only the items of a map are known again after a change. */
const itemsContext = (field: string, schema: Schema, { uncorrelated }: Context): Context => ({
  place: 'array items',
  root: false,
  uncorrelated: uncorrelated ?? (schema['x-kubernetes-list-type'] === 'map' ? undefined : { at: field }),
})

function lists(field: string, schema: Schema, context: Context): Causes {
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
    ...nested(`${field}.items`, items, (each) =>
      structural(`${field}.items`, each, itemsContext(field, schema, context)),
    ),
    ...setItems(field, schema),
    ...listKeys(field, schema),
  ]
}

const isEmptyResource = (schema: Schema): boolean =>
  schema['x-kubernetes-embedded-resource'] === true &&
  schema.type === 'object' &&
  schema['x-kubernetes-preserve-unknown-fields'] !== true &&
  Object.keys(schema.properties ?? {}).length === 0

function patternOf(field: string, { pattern: found }: Schema): Causes {
  if (found === undefined) return []
  try {
    pattern(found)
    return []
  } catch (error) {
    const why = reasonOf(error)
    return [cause.invalid(`${field}.pattern`, found, `must be a valid regular expression, but isn't: ${why}`)]
  }
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
  ...when(isEmptyResource(schema), () =>
    cause.required(
      `${field}.properties`,
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ),
  ),
  ...patternOf(field, schema),
]

const ownWords = ['type', 'default', 'nullable', 'description', 'additionalProperties'] as const

/** Alternatives only say what values may be; what there is, the schema around them says. */
const alternative = (field: string, schema: Schema): Causes => [
  ...ownWords
    .filter((word) => schema[word] !== undefined)
    .map((word) => cause.forbidden(`${field}.${word}`, 'must be empty to be structural')),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
    alternative(`${field}.properties[${name}]`, each),
  ),
  ...(isFields(schema.items) ? alternative(`${field}.items`, schema.items) : []),
  ...alternatives(field, schema),
]

/** `anyOf: [{type: integer}, {type: string}]`, which int-or-string fields have always said. */
const isIntOrString = (schema: Schema): boolean => schema['x-kubernetes-int-or-string'] === true

function alternatives(field: string, schema: Schema): Causes {
  if (isIntOrString(schema)) return []
  const { not } = schema
  return [
    ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap((word) =>
      (schema[word] ?? []).flatMap((each, i) => alternative(`${field}.${word}[${i}]`, each)),
    ),
    ...(not ? alternative(`${field}.not`, not) : []),
  ]
}

/** A default is a value of its own schema, and has nothing the schema does not know. */
function defaultValue(field: string, schema: Schema): Causes {
  if (schema.default === undefined || schema.default === null) return []
  const { prune, validate } = compileSchema({ type: 'object', properties: { default: schema } })
  const object = { default: schema.default }
  const at = field.replace(/\.$/, '')
  return [
    ...validate(object).map((wrong) => ({
      ...wrong,
      message: wrong.message.replace(/: default(\S*) in body/, ': $1 in body'),
      field: `${at}.${wrong.field ?? ''}`,
    })),
    ...when(prune(object) !== object, () =>
      cause.invalid(`${at}.default`, schema.default, 'must not have unknown fields'),
    ),
  ]
}

/** What keeps a schema from being structural. */
function structural(field: string, schema: Schema, context: Context): Causes {
  const children = Object.entries(schema.properties ?? {})
  const shape = [
    ...type(field, schema, context.place),
    ...forbidden(field, schema),
    ...maps(field, schema, context),
    ...mapType(field, schema),
    ...lists(field, schema, context),
    ...alternatives(field, schema),
    ...children.flatMap(([name, child]) =>
      structural(`${field}.properties[${name}]`, child, inObject(context.uncorrelated)),
    ),
  ]
  if (shape.length > 0) return shape
  return [...defaultValue(field, schema), ...validationRules(field, schema, context.root, context.uncorrelated)]
}

const describable: ReadonlySet<string> = new Set(['name', 'generateName'])

/** Of metadata a kind may only say how it is called. */
const ownMetadata = (field: string, { properties = {} }: Schema): Causes => {
  const { metadata = {} } = properties
  const { type: _, description, properties: inside = {}, ...words } = metadata
  const isMore = Object.keys(inside).some((name) => !describable.has(name)) || Object.keys(words).length > 0
  return when(isMore, () =>
    cause.forbidden(
      `${field}.properties[metadata]`,
      'must not specify anything other than name and generateName, but metadata is implicitly specified',
    ),
  )
}

/** What keeps the schema of a kind from being structural, and so from being pruned, defaulted and validated by. */
export function rootSchema(field: string, schema: Schema): Causes {
  if (schema.type === undefined) return [cause.required(`${field}.type`, 'must not be empty at the root')]
  if (schema.type !== 'object') return [cause.invalid(`${field}.type`, schema.type, 'must be object at the root')]
  const wrong = [...ownMetadata(field, schema), ...structural(field, schema, { place: 'object fields', root: true })]
  return wrong.length > 0 ? wrong : ruleCosts(field, schema)
}
