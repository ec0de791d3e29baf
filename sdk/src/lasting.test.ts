import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lasting, once, remembered } from './lasting.ts'

const counting = () => {
  const calls: string[] = []
  const join = (a: readonly string[], b: { readonly end: string }): readonly string[] => {
    calls.push(b.end)
    return [...a, b.end]
  }
  return { calls, join: once(join) }
}

test('what is lasting is frozen', () => assert.throws(() => (lasting(['a']) as string[]).push('b'), TypeError))

test('once: a pair of lasting objects is worked on once, and what comes of it is lasting', () => {
  const { calls, join } = counting()
  const [a, b, c] = [lasting(['a']), lasting({ end: 'b' }), lasting({ end: 'c' })]
  const ab = join(a, b)
  assert.deepEqual([ab, join(ab, c)], [['a', 'b'], ['a', 'b', 'c']]) // biome-ignore format: a table
  assert.equal(join(a, b), ab)
  assert.equal(join(ab, c), join(join(a, b), c))
  assert.deepEqual(calls, ['b', 'c'])
})

test('once: what may change is worked on every time, be it frozen now', () => {
  const { calls, join } = counting()
  const b = lasting({ end: 'b' })
  const list = ['a']
  join(list, b)
  list.push('more')
  assert.deepEqual(join(list, b), ['a', 'more', 'b'])
  join(Object.freeze(['a']), b)
  join(Object.freeze(['a']), b)
  assert.equal(calls.length, 4)
})

test('remembered: one thing for each object and text, be it undefined', () => {
  const known = remembered<readonly string[], number | undefined>()
  const [a, b] = [lasting(['a']), lasting(['a'])]
  let made = 0
  const make = () => {
    made++
    return undefined
  }
  for (const of of [a, b]) for (const text of ['x', 'y', 'x']) assert.equal(known(of, text, make), undefined)
  assert.equal(made, 4)
  known(['a'], 'x', make)
  known(['a'], 'x', make)
  assert.equal(made, 6)
})

test('remembered: no more texts than can be borne', () => {
  const known = remembered<readonly string[], number>()
  const of = lasting(['a'])
  for (let i = 0; i < 1000; i++) known(of, String(i), () => i)
  assert.equal(known(of, '0', () => -1), -1) // biome-ignore format: one call
  assert.equal(known(of, '999', () => -1), 999) // biome-ignore format: one call
})
