import type { LabelSelector, StatusCause, StringMap } from '@flotilla/sdk'
import { compareQuantities, deepEqual, matchesLabels, parseQuantity } from '@flotilla/sdk'
import { labelValue, type NameRule, qualifiedName } from '../object/names.ts'
import { cause } from '../schema/causes.ts'

/** What is wrong; empty when nothing is. */
export type Causes = readonly StatusCause[]

/** A cause when a condition holds. */
export const when = (condition: boolean, wrong: () => StatusCause): Causes => (condition ? [wrong()] : [])

/** What a rule for names says of a value. */
export const follows = (field: string, value: string, rule: NameRule): Causes =>
  rule(value).map((wrong) => cause.invalid(field, value, wrong))

/** A text that has to be there; an empty one is not. */
export const required = (field: string, value: unknown, detail = ''): Causes =>
  when(value === undefined || value === '', () => cause.required(field, detail))

/** The same, and it keeps to a rule for names. */
export const requiredName = (field: string, value: string | undefined, rule: NameRule): Causes =>
  value ? follows(field, value, rule) : [cause.required(field)]

export const notNegative = (field: string, value: number | undefined): Causes =>
  when(value !== undefined && value < 0, () => cause.invalid(field, value, 'must be greater than or equal to 0'))

export const positive = (field: string, value: number | undefined): Causes =>
  when(value !== undefined && value <= 0, () => cause.invalid(field, value, 'must be greater than 0'))

export const within = (field: string, value: number | undefined, least: number, most: number): Causes =>
  when(value !== undefined && (value < least || value > most), () =>
    cause.invalid(field, value, `must be between ${least} and ${most}, inclusive`),
  )

export const port = (field: string, value: number | undefined): Causes => within(field, value, 1, 65535)

/** `example.com/name`: whose it is, and how they call it. */
export const domainPath = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/.+$/

const portNameForm = /^[a-z0-9]([a-z0-9-]*[a-z0-9])*$/

/** The name of a port: short, with a letter somewhere, without two hyphens in a row. */
export const portName: NameRule = (name) => [
  ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
  ...(portNameForm.test(name) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
  ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
  ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
]

/** A port by number or by name. */
export const portOrName = (field: string, value: number | string | undefined): Causes => {
  if (typeof value === 'string') return follows(field, value, portName)
  return port(field, value)
}

const percent = /^\d+%$/

/** A number of Pods, or a share of them. */
export const countOrPercent = (field: string, value: number | string | undefined): Causes => {
  if (typeof value !== 'string') return notNegative(field, value)
  return when(!percent.test(value), () =>
    cause.invalid(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  )
}

/** A share is not more than all of them. */
export const notMoreThanAll = (field: string, value: number | string | undefined): Causes =>
  when(typeof value === 'string' && percent.test(value) && Number.parseInt(value, 10) > 100, () =>
    cause.invalid(field, value, 'must not be greater than 100%'),
  )

export const annotations = (field: string, map: StringMap = {}): Causes =>
  Object.keys(map).flatMap((key) => qualifiedName(key.toLowerCase()).map((wrong) => cause.invalid(field, key, wrong)))

type Counts = Readonly<Record<string, unknown>>

const number = (counts: Counts, name: string): number => {
  const value = counts[name]
  return typeof value === 'number' ? value : 0
}

/** Counts of a status: none is below zero, and those of a part are not more than the whole. */
export const counts = (
  status: object | undefined,
  names: readonly string[],
  whole?: string,
  parts: readonly string[] = [],
): Causes => {
  const found = (status ?? {}) as Counts // of whatever is there numbers are looked at
  return [
    ...names.flatMap((name) => notNegative(`status.${name}`, number(found, name))),
    ...parts.flatMap((name) =>
      when(whole !== undefined && number(found, name) > number(found, whole), () =>
        cause.invalid(`status.${name}`, number(found, name), `cannot be greater than status.${whole}`),
      ),
    ),
  ]
}

/** Values that occur before in the list, at `path[i].name`. */
export function unique<T>(items: readonly T[], id: (item: T) => unknown, field: (index: number) => string): Causes {
  const seen = new Set<unknown>()
  return items.flatMap((item, i) => {
    const value = id(item)
    if (value === undefined || value === '') return []
    if (seen.has(value)) return [cause.duplicate(field(i), value)]
    seen.add(value)
    return []
  })
}

/** A field that may not change. Says so with the new value. */
export const immutable = (field: string, after: unknown, before: unknown): Causes =>
  when(!deepEqual(after, before), () => cause.immutable(field, after))

export const labels = (field: string, map: StringMap = {}): Causes =>
  Object.entries(map).flatMap(([key, value]) => [
    ...follows(field, key, qualifiedName),
    ...follows(field, value, labelValue),
  ])

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number]

function requirement(field: string, { key, operator, values = [] }: Requirement): Causes {
  const takesValues = operator === 'In' || operator === 'NotIn'
  const known = takesValues || operator === 'Exists' || operator === 'DoesNotExist'
  if (!known) return [cause.invalid(`${field}.operator`, operator, 'not a valid selector operator')]
  const wrongValues = takesValues
    ? when(values.length === 0, () =>
        cause.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
      )
    : when(values.length > 0, () =>
        cause.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      )
  return [...wrongValues, ...follows(`${field}.key`, key, qualifiedName)]
}

/** A selector's keys, operators and values. */
export const selector = (field: string, found: LabelSelector | undefined): Causes => [
  ...labels(`${field}.matchLabels`, found?.matchLabels),
  ...(found?.matchExpressions ?? []).flatMap((each, i) => requirement(`${field}.matchExpressions[${i}]`, each)),
]

const isEmpty = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0

/** How a kind speaks of its selector. */
export interface SelectorWords {
  readonly kind: string
  /** What is said of one that is wrong, beside what is wrong with it. */
  readonly wrong?: string
  /** Nothing is said of one that is not there, but that its template's labels are not those. */
  readonly mayBeMissing?: true
}

/** A workload selects the Pods of its own template, and never another set of them. */
export function ownSelector(
  { kind, wrong: words = 'invalid label selector', mayBeMissing }: SelectorWords,
  selected: LabelSelector | undefined,
  templateLabels: StringMap | undefined,
  before: LabelSelector | undefined,
): Causes {
  const field = 'spec.selector'
  const wrong = selected ? selector(field, selected) : mayBeMissing ? [] : [cause.required(field)]
  const matches = selected !== undefined && wrong.length === 0 && matchesLabels(selected, templateLabels)
  if (selected && wrong.length > 0) return mayBeMissing ? wrong : [...wrong, cause.invalid(field, selected, words)]
  return [
    ...wrong,
    ...when(selected !== undefined && isEmpty(selected), () =>
      cause.invalid(field, selected, `empty selector is invalid for ${kind}`),
    ),
    ...when(!matches, () =>
      cause.invalid(
        'spec.template.metadata.labels',
        templateLabels ?? null,
        '`selector` does not match template `labels`',
      ),
    ),
    ...(before ? immutable(field, selected, before) : []),
  ]
}

export type Amounts = Readonly<Record<string, string | number>>

/** What a map says of a key a user chose: `constructor` is a name like any other. */
export const entry = <T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  map && Object.hasOwn(map, key) ? map[key] : undefined

/** Amounts of resources: names are qualified, nothing is below zero. */
export const amounts = (field: string, found: Amounts = {}): Causes =>
  Object.entries(found).flatMap(([name, amount]) => [
    ...follows(`${field}[${name}]`, name, qualifiedName),
    ...when(parseQuantity(amount) < 0n, () =>
      cause.invalid(`${field}[${name}]`, String(amount), 'must be greater than or equal to 0'),
    ),
  ])

/** Requests stay within limits. */
export const requestsWithin = (field: string, requests: Amounts = {}, limits: Amounts = {}): Causes =>
  Object.entries(requests).flatMap(([name, amount]) => {
    const limit = entry(limits, name)
    if (limit === undefined || compareQuantities(amount, limit) <= 0) return []
    return [
      cause.invalid(`${field}.requests`, String(amount), `must be less than or equal to ${name} limit of ${limit}`),
    ]
  })
