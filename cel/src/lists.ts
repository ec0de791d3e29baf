import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMethod,
  isCelMap,
  listType,
} from '@bufbuild/cel'
import { pattern } from './pattern.ts'

const { BOOL, DYN, INT, STRING } = CelScalar
const list = listType(DYN)

type Comparable = string | number | bigint | boolean

const comparable = (value: CelInput): Comparable => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return value
  throw new Error('only texts, numbers and booleans have an order')
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
  const all = [...values].map(comparable)
  const [head, ...rest] = all
  if (head === undefined) throw new Error('an empty list has neither a least nor a greatest element')
  return rest.reduce((found, each) => ((each < found ? -1 : 1) * sign < 0 ? each : found), head)
}

const sum = (values: Iterable<CelInput>): CelInput => {
  const [head, ...rest] = [...values]
  if (head === undefined) return 0n
  if (typeof head === 'bigint') return rest.reduce<bigint>((total, each) => total + (each as bigint), head)
  return rest.reduce<number>((total, each) => total + Number(each), Number(head))
}

const indexOf = (all: readonly unknown[], value: CelValue, last: boolean): bigint => {
  const wanted = keyOf(value)
  const found = all.map(keyOf)
  return BigInt(last ? found.lastIndexOf(wanted) : found.indexOf(wanted))
}

const firstOf = ([found = '']: Iterable<string>): string => found

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
]
