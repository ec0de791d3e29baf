import { inferred, type Shape, unknown } from '@flotilla/cel'
import { reasonOf, type StatusCause } from '@flotilla/sdk'
import { plainKeys } from '../registry/json-path.ts'
import { cause } from '../schema/causes.ts'
import { isTransition, ruleLimits } from '../schema/rules.ts'
import type { Schema, ValidationRule } from '../schema/schema.ts'
import { type Causes, entry, when } from './checks.ts'
import { mostSize } from './sizes.ts'

const types: Readonly<Record<string, Shape['type']>> = {
  boolean: 'bool',
  integer: 'int',
  number: 'double',
  string: 'string',
  array: 'list',
  object: 'map',
}

const formats: Readonly<Record<string, Shape['type']>> = {
  'date-time': 'timestamp',
  date: 'timestamp',
  duration: 'duration',
  byte: 'bytes',
}

const text: Shape = { type: 'string' }

/** What expressions see of metadata: it is no definition's to describe. */
const metadata: Shape = {
  type: 'map',
  field: (name) => (name === 'name' || name === 'generateName' ? text : undefined),
}

const escaped: Readonly<Record<string, string>> = {
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
  __: '__underscores__',
}

const reserved =
  /^(?:true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/

/** How an expression writes the name of a field. */
const written = (name: string): string =>
  reserved.test(name) ? `__${name}__` : name.replaceAll(/__|[.\-/]/g, (found) => escaped[found] ?? found)

const fieldsOf = (properties: Readonly<Record<string, Schema>>, root: boolean) => {
  const byName = new Map(Object.entries(properties).map(([name, schema]) => [written(name), schema]))
  return (name: string): Shape | undefined => {
    if (root && name === 'metadata') return metadata
    if (root && (name === 'apiVersion' || name === 'kind')) return text
    const found = byName.get(name)
    return found && shapeOf(found)
  }
}

/** What expressions know of values of a schema. */
export function shapeOf(schema: Schema, root = false): Shape {
  const { type = '', format = '', properties, additionalProperties: values, items } = schema
  if (schema['x-kubernetes-int-or-string'] || !(type in types)) return unknown
  const most = mostSize(schema)
  if (type === 'string')
    return formats[format] ? { type: formats[format] } : { type: 'string', ...(most !== undefined && { most }) }
  if (type === 'array')
    return { type: 'list', ...(items && { each: shapeOf(items) }), ...(most !== undefined && { most }) }
  if (type !== 'object') return { type: types[type] ?? 'unknown' }
  if (typeof values === 'object') return { type: 'map', each: shapeOf(values), ...(most !== undefined && { most }) }
  const embedded = root || schema['x-kubernetes-embedded-resource'] === true
  return { type: 'map', field: fieldsOf(properties ?? {}, embedded) }
}

/** A rule as Kubernetes shows it. */
const shown = ({
  rule,
  message = '',
  messageExpression = '',
  reason,
  fieldPath = '',
  optionalOldSelf,
}: ValidationRule) => ({
  Rule: rule,
  Message: message,
  MessageExpression: messageExpression,
  Reason: reason ?? null,
  FieldPath: fieldPath,
  OptionalOldSelf: optionalOldSelf ?? null,
})

const goText = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[<>&]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`)

const invalid = (field: string, rule: ValidationRule, detail: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${goText(shown(rule))}: ${detail}`,
  field,
})

const optional: Shape = { type: 'unknown' }

/** What is wrong with an expression that is to have a value of a type. */
function expression(field: string, found: ValidationRule, self: Shape, kind: 'rule' | 'messageExpression'): Causes {
  const words = found[kind] ?? ''
  const subject = kind === 'rule' ? '' : 'messageExpression '
  try {
    const { type } = inferred(words, { self, oldSelf: found.optionalOldSelf ? optional : self }, ruleLimits)
    const expected = kind === 'rule' ? 'bool' : 'string'
    const detail =
      kind === 'rule' ? 'cel expression must evaluate to a bool' : 'messageExpression must evaluate to a string'
    return when(type !== 'unknown' && type !== expected, () => invalid(`${field}.${kind}`, found, detail))
  } catch (error) {
    return [invalid(`${field}.${kind}`, found, `${subject}compilation failed: ERROR: ${reasonOf(error)}`)]
  }
}

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

const leads = (schema: Schema, [key, ...rest]: readonly string[]): boolean => {
  if (key === undefined) return true
  const { properties = {}, additionalProperties: values } = schema
  const below = entry(properties, key) ?? (typeof values === 'object' ? values : undefined)
  return below !== undefined && leads(below, rest)
}

const path = (field: string, { fieldPath }: ValidationRule, schema: Schema): Causes => {
  if (fieldPath === undefined) return []
  const keys = /^[.[]/.test(fieldPath) ? plainKeys(fieldPath) : undefined
  return when(!keys?.length || !leads(schema, keys), () =>
    cause.invalid(`${field}.fieldPath`, fieldPath, 'must be a valid path'),
  )
}

/** What a change cannot be seen in: the items of a list that is no map, and what is below them. */
export interface Uncorrelated {
  readonly at: string
}

const transition = (field: string, found: ValidationRule, uncorrelated: Uncorrelated | undefined): Causes => [
  ...when(isTransition(found) && uncorrelated !== undefined, () =>
    cause.invalid(
      `${field}.rule`,
      found.rule,
      `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated?.at}`,
    ),
  ),
  ...when(found.optionalOldSelf !== undefined && !isTransition(found), () =>
    cause.invalid(`${field}.optionalOldSelf`, found.optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
  ),
]

const words = (field: string, { message, reason }: ValidationRule): Causes => [
  ...when(message?.includes('\n') === true, () =>
    cause.invalid(`${field}.message`, message, 'must not contain line breaks'),
  ),
  ...when(reason !== undefined && !reasons.includes(reason), () =>
    cause.notSupported(`${field}.reason`, reason, reasons),
  ),
]

/** What is wrong with the rules of a schema itself. */
export function validationRules(
  field: string,
  schema: Schema,
  root: boolean,
  uncorrelated: Uncorrelated | undefined,
): Causes {
  const rules = schema['x-kubernetes-validations'] ?? []
  if (rules.length === 0) return []
  const self = shapeOf(schema, root)
  return rules.flatMap((found, i) => {
    const at = `${field}.x-kubernetes-validations[${i}]`
    if (found.rule.trim() === '') return [cause.required(`${at}.rule`, 'rule is not specified')]
    return [
      ...words(at, found),
      ...path(at, found, schema),
      ...transition(at, found, uncorrelated),
      ...expression(at, found, self, 'rule'),
      ...(found.messageExpression ? expression(at, found, self, 'messageExpression') : []),
    ]
  })
}
