import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fnv32a } from './api/names.ts'
import { type Claimant, divide } from './divide.ts'

const claimants = (weights: Readonly<Record<string, number>>): readonly Claimant[] =>
  Object.entries(weights).map(([name, weight]) => ({ name, weight }))

const seats = (total: number, from: readonly Claimant[], tieBreak?: string): Readonly<Record<string, number>> =>
  Object.fromEntries(divide(total, from, tieBreak).map(({ name, seats }) => [name, seats]))

const cases: readonly (readonly [
  total: number,
  weights: Readonly<Record<string, number>>,
  gives: Readonly<Record<string, number>>,
])[] = [
  [0, { a: 1, b: 1 }, { a: 0, b: 0 }],
  [2, { a: 1, b: 1 }, { a: 1, b: 1 }],
  [3, { a: 1, b: 1 }, { a: 2, b: 1 }],
  [5, { a: 1, b: 1, c: 1 }, { a: 2, b: 2, c: 1 }],
  [9, { a: 2, b: 1 }, { a: 6, b: 3 }],
  [4, { a: 3, b: 1 }, { a: 3, b: 1 }],
  [2, { a: 3, b: 1 }, { a: 1, b: 1 }], // 3/3 and 1/1 are equal: fewer seats first
  [3, { a: 1, b: 0 }, { a: 3, b: 0 }],
  [3, { a: 0, b: 0 }, { a: 0, b: 0 }],
  [3, {}, {}],
  [8, { a: 53, b: 24, c: 23 }, { a: 4, b: 2, c: 2 }],
]

for (const [total, weights, gives] of cases) {
  test(`${total} by ${JSON.stringify(weights)} is ${JSON.stringify(gives)}`, () =>
    assert.deepEqual(seats(total, claimants(weights)), gives))
}

test('the answer is sorted by name', () =>
  assert.deepEqual(
    divide(1, claimants({ c: 1, a: 1, b: 1 })).map(({ name }) => name),
    ['a', 'b', 'c'],
  ))

test('an odd tie break prefers the higher name, an even one the lower', () => {
  const [odd, even] = [1, 0].map((rest) => ['u', 'v', 'w', 'x', 'y'].find((uid) => fnv32a(uid) % 2 === rest))
  assert.deepEqual(seats(1, claimants({ a: 1, b: 1, c: 1 }), odd), { a: 0, b: 0, c: 1 })
  assert.deepEqual(seats(1, claimants({ a: 1, b: 1, c: 1 }), even), { a: 1, b: 0, c: 0 })
})

test('those who begin with seats come later', () => {
  const begun = [
    { name: 'a', weight: 1, seats: 3 },
    { name: 'b', weight: 1 },
  ]
  assert.deepEqual(seats(2, begun), { a: 3, b: 2 })
  assert.deepEqual(seats(4, begun), { a: 4, b: 3 })
})

/** The method as it is defined: one seat after the other, to the best claim. */
function slowly(total: number, from: readonly Claimant[]): Readonly<Record<string, number>> {
  const given = new Map(from.map(({ name, seats = 0 }) => [name, seats]))
  const has = (name: string): number => given.get(name) ?? 0
  for (let left = total; left > 0; left--) {
    const [next] = from.toSorted((a, b) => {
      const claims = b.weight / (2 * has(b.name) + 1) - a.weight / (2 * has(a.name) + 1)
      return claims || has(a.name) - has(b.name) || (a.name < b.name ? -1 : 1)
    })
    if (next) given.set(next.name, has(next.name) + 1)
  }
  return Object.fromEntries([...given].sort())
}

/** The same numbers in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % sides
  }
}

test('it agrees with giving seats one by one', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const roll = dice(seed * 7919)
    const from = Array.from({ length: 1 + roll(9) }, (_, i) => ({
      name: `c${i}`,
      weight: roll(3) === 0 ? roll(4) : roll(1000),
      ...(seed % 3 === 0 && { seats: roll(30) }),
    }))
    const total = from.some(({ weight }) => weight > 0) ? roll(120) : 0
    assert.deepEqual(seats(total, from), slowly(total, from), JSON.stringify({ total, from }))
  }
})

test('many replicas over many clusters all arrive', () => {
  const from = Array.from({ length: 100 }, (_, i) => ({ name: `member${i}`, weight: 1 + (i % 17) }))
  assert.equal(
    divide(100_000, from).reduce((sum, { seats }) => sum + seats, 0),
    100_000,
  )
})
