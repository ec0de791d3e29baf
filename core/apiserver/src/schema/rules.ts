import { type Budget, compile, type Expression, Read } from '@flotilla/cel'
import { deepEqual, reasonOf, type StatusCause } from '@flotilla/sdk'
import { cause } from './causes.ts'
import { readingOf } from './readings.ts'
import type { Schema, ValidationRule } from './schema.ts'
import { isFields } from './shape.ts'

/** What an expression may be and cost. */
export const ruleLimits = { longest: 64 * 1024, steps: 300_000 } as const

/** How many steps all rules of an object may take: some ten milliseconds. */
const mostSteps = 2_000_000

export const ruleNames = ['self', 'oldSelf'] as const

/** Whether a rule is about a change. */
export const isTransition = ({ rule }: Pick<ValidationRule, 'rule'>): boolean =>
  /\boldSelf\b/.test(rule.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, ''))

/** A rule, to be evaluated. What it was compiled to is remembered with it. */
class Rule {
  readonly words: ValidationRule
  readonly isTransition: boolean
  #test: Expression | undefined
  #message: Expression | undefined

  constructor(words: ValidationRule) {
    this.words = words
    this.isTransition = isTransition(words)
  }

  get test(): Expression {
    this.#test ??= compile(this.words.rule, ruleNames, ruleLimits)
    return this.#test
  }

  get message(): Expression | undefined {
    const { messageExpression } = this.words
    if (messageExpression) this.#message ??= compile(messageExpression, ruleNames, ruleLimits)
    return this.#message
  }
}

/** The rules of a schema and of what is below it. */
interface RuleNode {
  readonly schema: Schema
  readonly rules: readonly Rule[]
  readonly fields: ReadonlyMap<string, RuleNode>
  readonly values: RuleNode | undefined
  readonly items: RuleNode | undefined
}

function nodeOf(schema: Schema): RuleNode | undefined {
  const { properties = {}, additionalProperties, items } = schema
  const fields = new Map<string, RuleNode>()
  for (const [name, child] of Object.entries(properties)) {
    const node = nodeOf(child)
    if (node) fields.set(name, node)
  }
  const node: RuleNode = {
    schema,
    rules: (schema['x-kubernetes-validations'] ?? []).map((words) => new Rule(words)),
    fields,
    values: typeof additionalProperties === 'object' ? nodeOf(additionalProperties) : undefined,
    items: items && nodeOf(items),
  }
  return node.rules.length > 0 || fields.size > 0 || node.values || node.items ? node : undefined
}

/** A value that rules look at, where it is, and what was there before. */
interface Place {
  readonly node: RuleNode
  readonly path: string
  readonly self: unknown
  readonly before: unknown
}

/** The item of a list that another one takes the place of: only those of a list that is a map are known again. */
const previous = ({ schema }: RuleNode, item: unknown, before: unknown): unknown => {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(before)) return undefined
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return before.find((each) =>
    keys.every((key) => deepEqual(Reflect.get(Object(each), key), Reflect.get(Object(item), key))),
  )
}

const below = (before: unknown, key: string): unknown =>
  isFields(before) && Object.hasOwn(before, key) ? before[key] : undefined

function* placesBelow({ node, path, self, before }: Place): Iterable<Place> {
  if (Array.isArray(self)) {
    if (!node.items) return
    for (const [i, item] of self.entries())
      yield { node: node.items, path: `${path}[${i}]`, self: item, before: previous(node, item, before) }
    return
  }
  if (!isFields(self)) return
  for (const [key, value] of Object.entries(self)) {
    const named = node.fields.get(key)
    const child = named ?? node.values
    if (!child) continue
    const at = named ? (path ? `${path}.${key}` : key) : `${path}[${key}]`
    yield { node: child, path: at, self: value, before: below(before, key) }
  }
}

const reasons = {
  FieldValueForbidden: (path: string, _: unknown, text: string) => cause.forbidden(path, text),
  FieldValueRequired: (path: string, _: unknown, text: string) => cause.required(path, text),
  FieldValueDuplicate: (path: string, value: unknown) => cause.duplicate(path, value),
}

const isComposite = (value: unknown): boolean => typeof value === 'object' && value !== null

/** What is wrong, in the words of a rule. What cannot be shown in a line is not. */
const wrong = ({ reason }: ValidationRule, path: string, value: unknown, text: string): StatusCause => {
  const known = reason && Object.hasOwn(reasons, reason) ? reasons[reason as keyof typeof reasons] : undefined
  if (known) return known(path, value, text)
  if (isComposite(value)) return { reason: 'FieldValueInvalid', message: `Invalid value: ${text}`, field: path }
  return cause.invalid(path, value, text)
}

/** An error as Kubernetes says it. */
const failure = (error: unknown): string =>
  reasonOf(error)
    .replace(/^.*? has no value: /s, '')
    .replace(/^line \d+, column \d+: /, '')
    .replace(/^field not found: /, 'no such key: ')

type Values = Readonly<Record<(typeof ruleNames)[number], unknown>>

const messageOf = (rule: Rule, values: Values, budget: Budget): string => {
  const { rule: text, message } = rule.words
  try {
    const said = rule.message?.evaluate(values, budget)
    if (typeof said === 'string' && said.trim() !== '' && !said.includes('\n')) return said.trim()
  } catch {
    // the message that is there in any case says it
  }
  return message || `failed rule: ${text.trim()}`
}

const said = ({ schema }: RuleNode, value: unknown): unknown => {
  const reading = readingOf(schema)
  return reading && value !== undefined ? new Read(value, reading) : value
}

/** What a rule sees; undefined when there is nothing for it to look at. */
const valuesFor = ({ words, isTransition }: Rule, { node, self, before }: Place): Values | undefined => {
  const old = said(node, before)
  if (words.optionalOldSelf) return { self: said(node, self), oldSelf: before === undefined ? [] : [old] }
  if (isTransition && before === undefined) return undefined
  return { self: said(node, self), oldSelf: old }
}

const outOfBudget = cause.invalid(
  '',
  '',
  'validation failed due to running out of cost budget, no further validation rules will be run',
)

function broken(rule: Rule, place: Place, budget: Budget): StatusCause | undefined {
  const values = valuesFor(rule, place)
  if (!values) return undefined
  const { words } = rule
  try {
    if (rule.test.evaluate(values, budget) === true) return undefined
  } catch (error) {
    if (budget.steps <= 0) return outOfBudget
    const type = place.node.schema.type ?? 'object'
    const text = words.message || words.rule.trim()
    return cause.invalid(place.path, type, `${failure(error)} evaluating rule: ${text}`)
  }
  return wrong(words, `${place.path}${words.fieldPath ?? ''}`, place.self, messageOf(rule, values, budget))
}

function* brokenAt(place: Place, budget: Budget): Iterable<StatusCause> {
  if (place.self === null || place.self === undefined) return
  const same = place.before !== undefined && deepEqual(place.self, place.before)
  for (const rule of place.node.rules) {
    if (same && !rule.isTransition) continue // what nobody touched may be as wrong as it was
    if (budget.steps <= 0) return
    const found = broken(rule, place, budget)
    if (found) yield found
  }
  for (const child of placesBelow(place)) yield* brokenAt(child, budget)
}

/** Says which rules of its schema an object breaks; `before` on update. The object has to be of its schema's shape. */
export type CheckRules = (object: object, before?: object) => readonly StatusCause[]

const nothing: readonly StatusCause[] = []

/** The rules of a schema; undefined when it has none. They are compiled when they are first met. */
export function rulesOf(schema: Schema): CheckRules | undefined {
  const node = nodeOf(schema)
  if (!node) return undefined
  return (self, before) => {
    if (self === before) return nothing
    return [...brokenAt({ node, path: '', self, before }, { steps: mostSteps })]
  }
}

const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const notChecked = cause.invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)

/** What a schema's rules add to what is wrong with the shape of an object: they need values of the right types. */
export const withRules = (
  causes: readonly StatusCause[],
  rules: CheckRules | undefined,
  object: object,
  before?: object,
): readonly StatusCause[] => {
  if (!rules || causes.length === 0) return causes
  if (causes.some(({ reason = '' }) => blocking.has(reason))) return [...causes, notChecked]
  return [...causes, ...rules(object, before)]
}
