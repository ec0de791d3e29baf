import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Claimant, divide, type Share } from './divide.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const seatsOf = (shares: readonly Share[]): number => sum(shares.map(({ seats }) => seats))

const weight = fc.oneof(fc.nat(5), fc.nat(1000), fc.nat(2 ** 31 - 1), fc.constantFrom(0, 1e15, Number.MAX_SAFE_INTEGER))
const claimants = (options: { readonly seats?: fc.Arbitrary<number>; readonly weight?: fc.Arbitrary<number> } = {}) =>
  fc
    .array(fc.record({ weight: options.weight ?? weight, seats: options.seats ?? fc.constant(0) }), {
      minLength: 1,
      maxLength: 40,
    })
    .map((parties) => parties.map((party, i): Claimant => ({ name: `c${i}`, ...party })))
const isSomeoneClaiming = (from: readonly Claimant[]): boolean => from.some((each) => each.weight > 0)

test('everything is given, nothing is taken, and the order of the claimants does not matter', () =>
  fc.assert(
    fc.property(claimants({ seats: fc.nat(20) }), fc.nat(5000), fc.string(), (from, total, tieBreak) => {
      const shares = divide(total, from, tieBreak)
      const begun = sum(from.map(({ seats = 0 }) => seats))
      assert.equal(seatsOf(shares), begun + (isSomeoneClaiming(from) ? total : 0))
      for (const [i, { name }] of from.entries()) {
        const share = shares.find((each) => each.name === name)
        assert.ok((share?.seats ?? -1) >= (from[i]?.seats ?? 0))
      }
      assert.deepEqual(divide(total, from.toReversed(), tieBreak), shares)
    }),
  ))

test('who weighs nothing gets nothing while anyone weighs more', () =>
  fc.assert(
    fc.property(claimants(), fc.nat(1000), (from, total) => {
      fc.pre(isSomeoneClaiming(from))
      const nobody = new Set(from.filter((each) => each.weight === 0).map(({ name }) => name))
      for (const { name, seats } of divide(total, from)) assert.ok(!nobody.has(name) || seats === 0)
    }),
  ))

test('who weighs more never gets less', () =>
  fc.assert(
    fc.property(claimants(), fc.nat(1000), fc.string(), (from, total, tieBreak) => {
      const shares = new Map(divide(total, from, tieBreak).map(({ name, seats }) => [name, seats]))
      const ranked = from.toSorted((a, b) => a.weight - b.weight)
      for (const [i, { name, weight }] of ranked.entries()) {
        const next = ranked[i + 1]
        if (next && next.weight > weight) assert.ok((shares.get(name) ?? 0) <= (shares.get(next.name) ?? 0))
      }
    }),
  ))

test('a larger total never takes from anyone', () =>
  fc.assert(
    fc.property(claimants({ weight: fc.nat(1_000_000) }), fc.nat(300), fc.string(), (from, total, tieBreak) => {
      const before = new Map(divide(total, from, tieBreak).map(({ name, seats }) => [name, seats]))
      for (const { name, seats } of divide(total + 1, from, tieBreak)) assert.ok(seats >= (before.get(name) ?? 0))
    }),
  ))

test('nobody gets more than it weighs while all weigh enough together', () =>
  fc.assert(
    fc.property(claimants({ weight: fc.nat(10_000) }), fc.nat(100), fc.string(), (from, percent, tieBreak) => {
      const total = Math.floor((sum(from.map((each) => each.weight)) * percent) / 100)
      const weights = new Map(from.map(({ name, weight }) => [name, weight]))
      for (const { name, seats } of divide(total, from, tieBreak)) assert.ok(seats <= (weights.get(name) ?? 0))
    }),
  ))

test('as many replicas as there can be, over thousands of clusters', () => {
  const most = 2 ** 31 - 1
  const from = Array.from({ length: 5000 }, (_, i): Claimant => ({ name: `c${i}`, weight: 1 + ((i * 7919) % 104_729) }))
  assert.equal(seatsOf(divide(most, from, 'uid')), most)
})
