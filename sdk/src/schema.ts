/** A Kubernetes structural schema: OpenAPI v3, with the `x-kubernetes-*` extensions used here. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly format?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
  readonly default?: string | number | boolean
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly anyOf?: readonly Schema[]
  readonly 'x-kubernetes-preserve-unknown-fields'?: true
  readonly 'x-kubernetes-int-or-string'?: true
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular'
}

/** A field that must be there; made by `required`. */
export interface RequiredField {
  readonly required: true
  readonly schema: Schema
}

export const required = (schema: Schema): RequiredField => ({ required: true, schema })

/**
 * One schema for each field of `T`: no field can be forgotten, misspelt, or required in one place and optional in the
 * other, or it does not compile.
 */
export type Fields<T> = {
  readonly [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? Schema : RequiredField
}

/** Fields whose names nobody checks. */
export type AnyFields = Readonly<Record<string, Schema | RequiredField>>

const isRequired = (field: Schema | RequiredField): field is RequiredField => field.required === true

/** The fields of an object as a schema, without a description. */
export function shape(fields: AnyFields): Schema {
  const entries = Object.entries(fields)
  const names = entries.filter(([, field]) => isRequired(field)).map(([name]) => name)
  return {
    type: 'object',
    ...(names.length > 0 && { required: names }),
    properties: Object.fromEntries(entries.map(([name, field]) => [name, isRequired(field) ? field.schema : field])),
  }
}

/** An object of known fields. `atomic`: server-side apply takes it whole. */
export const object = <T>(
  description: string,
  fields: Fields<NonNullable<T>>,
  { atomic = false }: { readonly atomic?: boolean } = {},
): Schema => ({
  description,
  ...shape(fields as AnyFields), // each of them is one of the two
  ...(atomic && { 'x-kubernetes-map-type': 'atomic' as const }),
})

type TextRules = Pick<Schema, 'minLength' | 'maxLength' | 'pattern' | 'format'> & { readonly default?: string }

export const text = (description: string, rules: TextRules = {}): Schema => ({ description, type: 'string', ...rules })

/** One of a few words. */
export const word = (description: string, words: readonly string[], byDefault?: string): Schema => ({
  description,
  type: 'string',
  enum: words,
  ...(byDefault !== undefined && { default: byDefault }),
})

type NumberRules = Pick<Schema, 'minimum' | 'maximum'> & { readonly default?: number }

export const integer = (description: string, rules: NumberRules = {}): Schema => ({
  description,
  type: 'integer',
  ...rules,
})

export const int32 = (description: string, rules?: NumberRules): Schema => ({
  ...integer(description, rules),
  format: 'int32',
})

export const int64 = (description: string, rules?: NumberRules): Schema => ({
  ...integer(description, rules),
  format: 'int64',
})

export const flag = (description: string, byDefault?: boolean): Schema => ({
  description,
  type: 'boolean',
  ...(byDefault !== undefined && { default: byDefault }),
})

export const time = (description: string): Schema => text(description, { format: 'date-time' })

/** Anything JSON can say. */
export const anything = (description: string): Schema => ({
  description,
  'x-kubernetes-preserve-unknown-fields': true,
})

/** An object of which nothing is known. */
export const anyObject = (description: string): Schema => ({ ...anything(description), type: 'object' })

interface ListRules {
  readonly minItems?: number
  readonly maxItems?: number
  /** Server-side apply takes the list whole. */
  readonly atomic?: boolean
  /** Server-side apply merges items by this field, which is unique among them. */
  readonly key?: string
}

export const list = (description: string, items: Schema, { atomic, key, ...rules }: ListRules = {}): Schema => ({
  description,
  type: 'array',
  items,
  ...rules,
  ...(atomic && { 'x-kubernetes-list-type': 'atomic' as const }),
  ...(key && { 'x-kubernetes-list-type': 'map' as const, 'x-kubernetes-list-map-keys': [key] }),
})

export const texts = (description: string, rules?: ListRules): Schema => list(description, { type: 'string' }, rules)

/** An object whose keys are the user's. */
export const mapOf = (description: string, values: Schema): Schema => ({
  description,
  type: 'object',
  additionalProperties: values,
})

export const stringMap = (description: string): Schema => mapOf(description, { type: 'string' })

const quantityPattern = '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$'

/** A Kubernetes quantity: `2`, `500m`, `1.5Gi`. */
export const quantity = (description: string): Schema => ({
  description,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern: quantityPattern,
  'x-kubernetes-int-or-string': true,
})

/** The same schema in other words. */
export const described = (description: string, schema: Schema): Schema => ({ ...schema, description })
