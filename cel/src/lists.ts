import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMethod,
  isCelList,
  isCelMap,
  listType,
} from '@bufbuild/cel'
import { create, type Message } from '@bufbuild/protobuf'
import { isReflectMessage } from '@bufbuild/protobuf/reflect'
import { type Duration, DurationSchema, type Timestamp } from '@bufbuild/protobuf/wkt'
import { pattern } from './pattern.ts'

const { BOOL, DYN, INT, STRING } = CelScalar
const list = listType(DYN)

type Comparable = string | number | bigint | boolean

type Moment = Duration | Timestamp

const isMoment = (message: Message): message is Moment =>
  message.$typeName === 'google.protobuf.Duration' || message.$typeName === 'google.protobuf.Timestamp'

export const comparable = (value: CelInput): Comparable => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return value
  if (isReflectMessage(value) && isMoment(value.message))
    return value.message.seconds * 1_000_000_000n + BigInt(value.message.nanos)
  throw new Error('only texts, numbers, booleans, times and durations have an order')
}

const plainOf = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value)
  if (isCelMap(value)) return [...value].map(([key, each]) => [String(key), plainOf(each)]).sort()
  if (typeof value === 'object' && value !== null && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)].map(plainOf)
  return value
}

/** Two values with the same key are equal. */
const keyOf = (value: unknown): string => JSON.stringify(plainOf(value)) ?? ''

const keys = (values: Iterable<unknown>): ReadonlySet<string> => new Set([...values].map(keyOf))

const least = (values: Iterable<CelInput>, sign: 1 | -1): CelInput => {
  const all = [...values]
  const [head, ...rest] = all
  if (head === undefined) throw new Error('an empty list has neither a least nor a greatest element')
  return rest.reduce((found, each) => ((comparable(each) < comparable(found) ? -1 : 1) * sign < 0 ? each : found), head)
}

const durations = (values: readonly CelInput[]): CelInput => {
  const total = values.map(comparable).reduce<bigint>((all, each) => all + BigInt(each), 0n)
  return create(DurationSchema, { seconds: total / 1_000_000_000n, nanos: Number(total % 1_000_000_000n) })
}

const sum = (values: Iterable<CelInput>): CelInput => {
  const [head, ...rest] = [...values]
  if (head === undefined) return 0n
  if (isReflectMessage(head)) return durations([head, ...rest])
  if (typeof head === 'bigint') return rest.reduce<bigint>((total, each) => total + (each as bigint), head)
  return rest.reduce<number>((total, each) => total + Number(each), Number(head))
}

const indexOf = (all: readonly unknown[], value: CelValue, last: boolean): bigint => {
  const wanted = keyOf(value)
  const found = all.map(keyOf)
  return BigInt(last ? found.lastIndexOf(wanted) : found.indexOf(wanted))
}

const firstOf = ([found = '']: Iterable<string>): string => found

const longestRange = 100_000n

const flat = (values: Iterable<CelInput>, depth: number): CelInput[] =>
  [...values].flatMap((each) => (isCelList(each) && depth > 0 ? flat(each, depth - 1) : [each]))

/** The libraries Kubernetes adds for lists, sets and patterns. */
export const listFunctions: readonly CelFunc[] = [
  celMethod('isSorted', list, [], BOOL, function () {
    const all = [...this].map(comparable)
    return all.every((each, i) => i === 0 || (all[i - 1] as Comparable) <= each)
  }),
  celMethod('sum', list, [], DYN, function () {
    return sum(this)
  }),
  celMethod('min', list, [], DYN, function () {
    return least(this, 1)
  }),
  celMethod('max', list, [], DYN, function () {
    return least(this, -1)
  }),
  celMethod('indexOf', list, [DYN], INT, function (value) {
    return indexOf([...this], value, false)
  }),
  celMethod('lastIndexOf', list, [DYN], INT, function (value) {
    return indexOf([...this], value, true)
  }),
  celFunc('sets.contains', [list, list], BOOL, (all, some) => keys(some).isSubsetOf(keys(all))),
  celFunc('sets.equivalent', [list, list], BOOL, (a, b) => keys(a).symmetricDifference(keys(b)).size === 0),
  celFunc('sets.intersects', [list, list], BOOL, (a, b) => !keys(a).isDisjointFrom(keys(b))),
  celMethod('find', STRING, [STRING], STRING, function (text) {
    return firstOf(pattern(text).matches(this))
  }),
  celMethod('findAll', STRING, [STRING], listType(STRING), function (text) {
    return celList([...pattern(text).matches(this)])
  }),
  celMethod('findAll', STRING, [STRING, INT], listType(STRING), function (wanted, most) {
    const all = [...pattern(wanted).matches(this)]
    return celList(most < 0n ? all : all.slice(0, Number(most)))
  }),
  celMethod('distinct', list, [], list, function () {
    const seen = new Set<string>()
    return celList([...this].filter((each) => seen.size < seen.add(keyOf(each)).size))
  }),
  celMethod('flatten', list, [], list, function () {
    return celList(flat(this, 1))
  }),
  celMethod('flatten', list, [INT], list, function (depth) {
    if (depth < 0n) throw new Error('level must be non-negative')
    return celList(flat(this, Number(depth)))
  }),
  celMethod('slice', list, [INT, INT], list, function (start, end) {
    if (start < 0n || end < start || end > BigInt(this.size))
      throw new Error(`cannot slice(${start}, ${end}), the list has ${this.size} elements`)
    return celList([...this].slice(Number(start), Number(end)))
  }),
  celMethod('sort', list, [], list, function () {
    return celList(
      [...this].toSorted((a, b) => (comparable(a) < comparable(b) ? -1 : comparable(a) > comparable(b) ? 1 : 0)),
    )
  }),
  celMethod('reverse', list, [], list, function () {
    return celList([...this].reverse())
  }),
  celMethod('first', list, [], list, function () {
    return celList([...this].slice(0, 1))
  }),
  celMethod('last', list, [], list, function () {
    return celList([...this].slice(-1))
  }),
  celFunc('lists.range', [INT], list, (end) => {
    if (end > longestRange) throw new Error('lists.range makes too long a list')
    return celList(Array.from({ length: Math.max(0, Number(end)) }, (_, i) => BigInt(i)))
  }),
]
