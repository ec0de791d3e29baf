import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Endpoint, endpointsOf, type service } from '@flotilla/sdk'
import { type Part, partsOf, sliceLimit } from './parts.ts'

const endpoints = (from: number, to: number): readonly Endpoint[] =>
  Array.from({ length: to - from }, (_, i) => ({ addresses: [`10.${(from + i) >> 8}.${(from + i) & 255}.1`] }))

const reached = (...all: readonly Endpoint[]): service.Reached => ({ addressType: 'IPv4', endpoints: all, ports: [] })

const textOf = ({ id, reached }: Part): string => `${id} ${JSON.stringify(reached.endpoints)}`

/** How many parts of the second are not among those of the first. */
const written = (before: service.Reached, after: service.Reached): number => {
  const there = new Set(partsOf(before).map(textOf))
  return partsOf(after).filter((part) => !there.has(textOf(part))).length
}

describe('endpoints', () => {
  test('that fit into a slice are one part, as they came', () => {
    const all = reached(...endpoints(0, sliceLimit))
    assert.deepEqual(partsOf(all), [{ id: '', reached: all }])
    assert.equal(partsOf(all)[0]?.reached, all)
  })

  test('that do not are all there, once, in parts that do', () => {
    const all = reached(...endpoints(0, 12_345))
    const parts = partsOf(all)
    assert.ok(
      parts.every(({ reached }) => endpointsOf(reached).length > 0 && endpointsOf(reached).length <= sliceLimit),
    )
    const addresses = parts.flatMap(({ reached }) => endpointsOf(reached).flatMap(({ addresses }) => addresses))
    assert.equal(new Set(addresses).size, 12_345)
    assert.equal(addresses.length, 12_345)
    assert.equal(new Set(parts.map(({ id }) => id)).size, parts.length)
    assert.ok(parts.length < 30, `${parts.length} parts`)
    assert.equal(partsOf(all), parts)
  })

  test('that come, go or change are a matter of the part they are in', () => {
    const all = endpoints(0, 5_000)
    const [first, ...others] = all
    assert.ok(first)
    assert.equal(written(reached(...all), reached(...others)), 1)
    assert.equal(written(reached(...others), reached(...all)), 1)
    assert.equal(written(reached(...all), reached({ ...first, conditions: { ready: false } }, ...others)), 1)
  })

  test('that come and go at the edge split and merge what they are in alone', () => {
    for (let count = 1_900; count < 2_150; count++)
      assert.ok(written(reached(...endpoints(0, count)), reached(...endpoints(0, count + 1))) <= 2)
  })

  test('that have become few are one part again', () => {
    assert.ok(partsOf(reached(...endpoints(0, 1_001))).length > 1)
    assert.deepEqual(partsOf(reached(...endpoints(0, 1_000))).map(({ id }) => id), ['']) // biome-ignore format: one check
  })

  test('that all say one address are parted, too', () => {
    const same = Array.from({ length: 2_500 }, () => ({ addresses: ['10.0.0.1'] }))
    assert.deepEqual(partsOf(reached(...same)).map(({ reached }) => endpointsOf(reached).length), [1_000, 1_000, 500]) // biome-ignore format: one check
  })
})
