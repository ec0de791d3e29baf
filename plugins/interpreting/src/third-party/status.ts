import {
  type AggregatedStatusItem,
  formatOf,
  formatQuantity,
  isFields,
  type Json,
  type Manifest,
  parseQuantity,
} from '@flotilla/sdk'
import { anything, number, quantity, type Reader, text } from '../read.ts'
import { said, withStatus } from '../status.ts'

/** A status as it came: nobody has looked at it. */
export type Fields = Readonly<Record<string, unknown>>

export const asFields: Reader<Fields> = (value) => (isFields(value) ? value : undefined)

/** Fields of a status; undefined: not there. */
export type Some = Readonly<Record<string, Json | undefined>>

/** What clusters say of one thing, in their order. */
export const statuses = (items: readonly AggregatedStatusItem[]): readonly Fields[] =>
  said(items, asFields).map(({ status }) => status)

const some = (entries: readonly (readonly [string, Json | undefined])[]): { readonly [name: string]: Json } =>
  Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined))

/** Those fields that say something. */
export const present = (status: Fields, names: readonly string[]): { readonly [name: string]: Json } =>
  some(names.map((name) => [name, anything(status[name])]))

const each = (names: readonly string[], value: (name: string) => Json | undefined): Some =>
  Object.fromEntries(names.map((name) => [name, value(name)]))

/** What of a member's status is collected: those fields that say something. */
export const collect =
  (...names: readonly string[]) =>
  ({ status }: Manifest): Json =>
    isFields(status) ? present(status, names) : {}

/** Counters of all; what nobody counts is 0. */
export const sums = (members: readonly Fields[], ...names: readonly string[]): Some =>
  each(names, (name) => members.reduce((sum, status) => sum + (number(status[name]) ?? 0), 0))

/** Counters of all; what nobody counts is not there. */
export const sumsOfSome = (members: readonly Fields[], ...names: readonly string[]): Some =>
  each(names, (name) => {
    const counts = members.map((status) => number(status[name])).filter((count) => count !== undefined)
    return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : undefined
  })

/** Amounts of all; what nobody has an amount of is not there. */
export const amounts = (members: readonly Fields[], ...names: readonly string[]): Some =>
  each(names, (name) => {
    const all = members.map((status) => quantity(status[name])).filter((amount) => amount !== undefined)
    const [first] = all
    if (first === undefined) return undefined
    return formatQuantity(
      all.reduce((sum, amount) => sum + parseQuantity(amount), 0n),
      formatOf(first),
    )
  })

/** What the last one says that says anything but an empty text. */
export const lasts = (members: readonly Fields[], ...names: readonly string[]): Some =>
  each(names, (name) => {
    const all = members.map((status) => anything(status[name]))
    return all.findLast((value) => value !== undefined && value !== '')
  })

/** The texts of a name, of those who say one. */
export const textsOf = (members: readonly Fields[], name: string): readonly string[] =>
  members.map((status) => text(status[name])).filter((value): value is string => Boolean(value))

/** What each says, as one text: `member1=it went wrong, member2=...`. */
export function told(items: readonly AggregatedStatusItem[], name: string): string | undefined {
  const all = said(items, asFields).map(({ cluster, status }) => [cluster, text(status[name])] as const)
  const messages = all.filter(([, message]) => message).map((each) => each.join('='))
  return messages.length > 0 ? messages.join(', ') : undefined
}

/** The first of `order` that somebody is in: the worst stands first. What the order does not know is as it was said last. */
export function worst(members: readonly Fields[], name: string, order: readonly string[]): string | undefined {
  const all = textsOf(members, name)
  return order.find((value) => all.includes(value)) ?? all.at(-1)
}

/** Maps of counters as one, name by name: `{worker: {active: 2}}`, `{Running: 3}`. */
export function merged(maps: readonly unknown[]): { readonly [name: string]: Json } | undefined {
  const all = maps.filter(isFields)
  const names = new Set(all.flatMap(Object.keys))
  const sum = some([...names].map((name) => [name, together(all.map((map) => map[name]))]))
  return anything(sum) as typeof sum | undefined
}

const together = (values: readonly unknown[]): Json | undefined => {
  const counts = values.map((value) => number(value)).filter((count) => count !== undefined)
  if (counts.length > 0) return counts.reduce((sum, count) => sum + count, 0)
  return merged(values) ?? values.map((value) => anything(value)).findLast((value) => value !== undefined)
}

/** The template with these fields in its status, and what else stands there. The same template when nothing is new. */
export function withFields<T extends Manifest>(template: T, ...computed: readonly Some[]): T {
  const fields: Some = Object.assign({}, ...computed)
  const before = isFields(template.status) ? Object.entries(template.status) : []
  const others = before.filter(([name]) => !Object.hasOwn(fields, name))
  return withStatus(template, { ...Object.fromEntries(others), ...some(Object.entries(fields)) })
}

/**
 * The template with a status that has these fields: those of a single cluster as it says them, those of several as `sum` makes
 * them one. Workloads of several pod templates go to one cluster as a whole; only copies of them have several.
 */
export function summedUp<T extends Manifest>(
  template: T,
  items: readonly AggregatedStatusItem[],
  names: readonly string[],
  sum: (members: readonly Fields[]) => Some,
): T {
  const absent = each(names, () => undefined)
  const [item, ...others] = items
  const isSingle = others.length === 0 && isFields(item?.status)
  return withFields(template, absent, isSingle ? present(item.status, names) : sum(statuses(items)))
}
