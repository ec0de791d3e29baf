import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze, FlotillaError, type Json } from '@flotilla/sdk'
import fc from 'fast-check'
import { compile } from './expression.ts'

const steps = 20_000
const variables = ['object', 'cluster']
const given = deepFreeze({
  object: {
    metadata: { name: 'web', labels: { app: 'web', constructor: 'x' } },
    spec: { replicas: 3, ratio: 0.5, ports: [80, 443], none: null },
    list: Array.from({ length: 200 }, (_, index) => index),
  },
  cluster: { metadata: { name: 'member1' } },
})

/** Far longer than so many steps take, on a machine that does other things. */
const soon = 2_000

type Outcome = { readonly value: Json } | { readonly failed: string }

/** The value of an expression, or its failure; nothing else may come of it, and not for more than its steps. */
const outcome = (text: string): Outcome => {
  const began = performance.now()
  const budget = { steps }
  try {
    const value = compile(text, variables, { steps }).evaluate(given, budget)
    assert.notEqual(JSON.stringify(value), undefined, text)
    assert.ok(budget.steps >= 0, text)
    return { value }
  } catch (error) {
    assert.ok(error instanceof FlotillaError, `${text}: ${String(error)}`)
    assert.ok(['EXPRESSION_INVALID', 'EXPRESSION_FAILED'].includes(error.code), `${text}: ${error.message}`)
    assert.doesNotMatch(error.message, /is not a function|undefined \(|of undefined|of null|call stack/, text)
    return { failed: error.message }
  } finally {
    assert.ok(performance.now() - began < soon, `${text} took ${performance.now() - began} ms`)
  }
}

/** An expression, and what it is by a reckoning of its own: `undefined` where it has no value. */
interface Told<T> {
  readonly text: string
  readonly value: T | undefined
}

const least = -(2n ** 63n)
const most = 2n ** 63n - 1n
const inRange = (value: bigint): bigint | undefined => (value < least || value > most ? undefined : value)

const arithmetic: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  '+': (a, b) => inRange(a + b),
  '-': (a, b) => inRange(a - b),
  '*': (a, b) => inRange(a * b),
  '/': (a, b) => (b === 0n ? undefined : inRange(a / b)),
  '%': (a, b) => (b === 0n ? undefined : a % b),
}
const orders: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>=': (a, b) => a >= b,
  '>': (a, b) => a > b,
}

/** Logic that makes do with one side where that decides. */
const logic = (operator: string, a: boolean | undefined, b: boolean | undefined): boolean | undefined => {
  const decides = operator === '||'
  if (a === decides || b === decides) return decides
  return a === undefined || b === undefined ? undefined : !decides
}

const both = <A, B, T>(a: A | undefined, b: B | undefined, of: (a: A, b: B) => T | undefined): T | undefined =>
  a === undefined || b === undefined ? undefined : of(a, b)

const numberLiteral = fc
  .oneof(fc.bigInt({ min: -9n, max: 9n }), fc.constantFrom(most, least, 2n ** 31n, -(2n ** 62n)))
  .map((value): Told<bigint> => ({ text: value < 0n ? `(${value})` : `${value}`, value }))
const truthLiteral = fc.boolean().map((value): Told<boolean> => ({ text: `${value}`, value }))

const { number, truth, list } = fc.letrec<{
  number: Told<bigint>
  truth: Told<boolean>
  list: Told<readonly bigint[]>
}>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'cel' },
    numberLiteral,
    fc.tuple(tie('number'), fc.constantFrom(...Object.keys(arithmetic)), tie('number')).map(([a, operator, b]) => ({
      text: `(${a.text} ${operator} ${b.text})`,
      value: both(a.value, b.value, (x, y) => arithmetic[operator]?.(x, y)),
    })),
    fc.tuple(tie('truth'), tie('number'), tie('number')).map(([when, a, b]) => ({
      text: `(${when.text} ? ${a.text} : ${b.text})`,
      value: when.value === undefined ? undefined : when.value ? a.value : b.value,
    })),
    tie('list').map(({ text, value }) => ({ text: `size(${text})`, value: value && BigInt(value.length) })),
    fc.tuple(tie('list'), fc.nat(3)).map(([{ text, value }, at]) => ({ text: `${text}[${at}]`, value: value?.[at] })),
  ),
  truth: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'cel' },
    truthLiteral,
    tie('truth').map(({ text, value }) => ({ text: `!${text}`, value: value === undefined ? undefined : !value })),
    fc.tuple(tie('truth'), fc.constantFrom('&&', '||'), tie('truth')).map(([a, operator, b]) => ({
      text: `(${a.text} ${operator} ${b.text})`,
      value: logic(operator, a.value, b.value),
    })),
    fc.tuple(tie('number'), fc.constantFrom(...Object.keys(orders)), tie('number')).map(([a, operator, b]) => ({
      text: `(${a.text} ${operator} ${b.text})`,
      value: both(a.value, b.value, (x, y) => orders[operator]?.(x, y)),
    })),
    fc.tuple(tie('number'), tie('list')).map(([a, b]) => ({
      text: `(${a.text} in ${b.text})`,
      value: both(a.value, b.value, (x, all) => all.includes(x)),
    })),
    fc.tuple(tie('list'), fc.bigInt({ min: -9n, max: 9n })).map(([{ text, value }, than]) => ({
      text: `${text}.all(x, x < ${than})`,
      value: value?.every((x) => x < than),
    })),
    fc.tuple(tie('list'), fc.bigInt({ min: -9n, max: 9n })).map(([{ text, value }, than]) => ({
      text: `${text}.exists(x, x == ${than})`,
      value: value?.some((x) => x === than),
    })),
  ),
  list: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'cel' },
    fc.array(numberLiteral, { minLength: 1, maxLength: 3 }).map(listOf),
    fc.array(tie('number'), { minLength: 1, maxLength: 3 }).map(listOf),
    fc.tuple(tie('list'), tie('list')).map(([a, b]) => ({
      text: `(${a.text} + ${b.text})`,
      value: both(a.value, b.value, (x, y) => [...x, ...y]),
    })),
    tie('list').map(({ text, value }) => ({
      text: `${text}.filter(x, x > 0)`,
      value: value?.filter((x) => x > 0n),
    })),
    tie('list').map(({ text, value }) => ({
      text: `${text}.map(x, -1 * (x % 100))`,
      value: value?.map((x) => -(x % 100n)),
    })),
  ),
}))

function listOf(items: readonly Told<bigint>[]): Told<readonly bigint[]> {
  const values = items.flatMap(({ value }) => (value === undefined ? [] : [value]))
  return {
    text: `[${items.map(({ text }) => text).join(', ')}]`,
    value: values.length === items.length ? values : undefined,
  }
}

const agrees = <T>(told: Told<T>, ask: string, expected: (value: T) => Json): void => {
  const found = outcome(ask)
  if (told.value === undefined) assert.ok('failed' in found, `${ask} has a value: ${JSON.stringify(found)}`)
  else assert.deepEqual(found, { value: expected(told.value) }, ask)
}

describe('an expression is what a plain reckoning says', () => {
  const runs = { seed: 1, numRuns: 800 }
  test('numbers', () =>
    fc.assert(
      fc.property(number, (told) => agrees(told, `string(${told.text})`, String)),
      runs,
    ))
  test('truths', () =>
    fc.assert(
      fc.property(truth, (told) => agrees(told, told.text, (value) => value)),
      runs,
    ))
  test('lists', () =>
    fc.assert(
      fc.property(list, (told) => agrees(told, `${told.text}.map(x, string(x))`, (all) => all.map(String))),
      runs,
    ))
})

describe('whatever is written has a value or a reason', () => {
  const runs = { seed: 1, numRuns: 1500 }
  const words = [
    'object', 'cluster', 'nobody', 'spec', 'metadata', 'labels', 'list', 'ports', 'constructor', '__proto__', 'x', 'i',
    'all', 'exists', 'map', 'filter', 'has', 'size', 'string', 'int', 'double', 'bytes', 'type', 'matches', 'split',
    'format', 'join', 'quantity', 'duration', 'timestamp', 'optional', 'of', 'none', 'sets', 'contains', 'sum', 'sort',
    'in', 'true', 'null', '1', '-1', '0u', '1.5', '1e400', '9223372036854775808', '"a"', "'%d'", 'b"\\xff"', 'r"(a+)+$"', '"1h"',
    '.', ',', ':', '?', '(', ')', '[', ']', '{', '}', '+', '-', '*', '/', '%', '!', '&&', '||', '==', '<', ' ',
  ] // biome-ignore format: a vocabulary
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 14 }).map((all) => all.join(''))

  test('random text', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void outcome(text)),
      runs,
    ))
  test('random words', () =>
    fc.assert(
      fc.property(soup, (text) => void outcome(text)),
      runs,
    ))

  const leaf = fc.constantFrom(
    'object', 'object.list', 'object.spec', 'object.spec.ports', 'object.metadata.labels', 'object.spec.none', 'cluster.metadata.name',
    '1', '-1', '2u', '0.5', '"a,b"', '"%s"', '"1h"', '"500m"', 'null', 'true', '[]', '{}', '[1, "a"]', '{"a": 1}', 'optional.none()',
    'duration("1h")', 'timestamp("2026-01-01T00:00:00Z")', 'quantity("1")', 'b"ab"', 'type(1)',
  ) // biome-ignore format: a vocabulary
  const { wild } = fc.letrec<{ wild: string }>((tie) => {
    const sub = tie('wild')
    const pair = fc.tuple(sub, sub)
    return {
      wild: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'wild' },
        leaf,
        fc.tuple(sub, fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', 'in', '&&', '||'), sub)
          .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
        fc.tuple(sub, fc.constantFrom('size()', 'split(",")', 'sort()', 'sum()', 'min()', 'flatten()', 'distinct()', 'reverse()', 'trim()',
          'upperAscii()', 'getSeconds()', 'getFullYear()', 'value()', 'hasValue()', 'orValue(1)', 'asInteger()', 'find("a+")', 'constructor', 'name', '?name'))
          .map(([a, call]) => `${a}.${call}`),
        fc.tuple(fc.constantFrom('int', 'uint', 'double', 'string', 'bytes', 'bool', 'type', 'dyn', 'size', 'duration', 'timestamp', 'quantity', 'lists.range', 'math.abs', '!', '-'), sub)
          .map(([name, a]) => `${name}(${a})`),
        fc.tuple(fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter', 'sortBy'), pair)
          .map(([macro, [a, b]]) => `${a}.${macro}(x, ${b})`),
        pair.map(([a, b]) => `${a}.map(x, [x, ${b}])`),
        pair.map(([a, b]) => `${a}.format([${b}])`),
        pair.map(([a, b]) => `${a}.matches(string(${b}))`),
        pair.map(([a, b]) => `[${a}, ${b}]`),
        pair.map(([a, b]) => `{${a}: ${b}}`),
        pair.map(([a, b]) => `${a}[${b}]`),
        fc.tuple(sub, sub, sub).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      ), // biome-ignore format: a grammar
    }
  })

  test('what the grammar lets one write', () =>
    fc.assert(
      fc.property(wild, (text) => void outcome(text)),
      runs,
    ))
})
