import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { concede } from './concede.ts'

const object = (spec: object, rest: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'x' },
  spec,
  ...rest,
})

type Case = readonly [name: string, desired: object, observed: object, last: object, expected: object]
const cases: readonly Case[] = [
  ['what the member filled in stays', { a: 1 }, { a: 2, filled: 3 }, { a: 2 }, { a: 1, filled: 3 }],
  ['also further down', { a: { b: 1 } }, { a: { b: 2, c: 3 } }, { a: { b: 2 } }, { a: { b: 1, c: 3 } }],
  ['what is not wanted any more goes', { a: 1 }, { a: 1, old: 2, filled: 3 }, { a: 1, old: 2 }, { a: 1, filled: 3 }],
  [
    'an element the member added stays, one that is not wanted any more goes',
    { list: [{ name: 'a', x: 1 }] },
    { list: [{ name: 'side' }, { name: 'a', x: 0, y: 2 }, { name: 'old' }] },
    { list: [{ name: 'a', x: 0 }, { name: 'old' }] },
    { list: [{ name: 'a', x: 1, y: 2 }, { name: 'side' }] },
  ],
  ['lists without names are as desired', { list: [{ x: 1 }] }, { list: [{ x: 1, y: 2 }] }, {}, { list: [{ x: 1 }] }],
  ['lists of values, too', { list: ['a'] }, { list: ['a', 'b'] }, { list: ['a'] }, { list: ['a'] }],
] // biome-ignore format: a table
for (const [name, desired, observed, last, expected] of cases)
  test(name, () => assert.deepEqual(concede(object(desired), object(observed), object(last)), object(expected)))

test('metadata and status are not its business', () => {
  const observed = object(
    {},
    { metadata: { name: 'x', labels: { theirs: 'yes' } }, status: { ready: true }, data: { a: '1' } },
  )
  assert.deepEqual(concede(object({}), observed, object({})), object({}, { data: { a: '1' } }))
})
