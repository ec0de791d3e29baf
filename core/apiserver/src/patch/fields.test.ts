import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import { cut, type Fields, intersect, isMember, leaf, paths, subtract, union } from './fields.ts'

const self = { '.': leaf }
const a = deepFreeze({ 'f:spec': { 'f:a': leaf, 'f:list': { ...self, 'k:{"name":"x"}': { ...self, 'f:y': leaf } } } })

type Row = readonly [given: Fields, other: Fields, expected: Fields | undefined]

const table = (name: string, work: (a: Fields, b: Fields) => Fields | undefined, rows: readonly Row[]) =>
  describe(name, () => {
    for (const [given, other, expected] of rows) {
      test(`${JSON.stringify(given)} and ${JSON.stringify(other)}`, () =>
        assert.deepEqual(work(deepFreeze(given), deepFreeze(other)), expected))
    }
  })

table('union', union, [
  [{ 'f:a': leaf }, { 'f:b': leaf }, { 'f:a': leaf, 'f:b': leaf }],
  [{ 'f:a': leaf }, { 'f:a': { 'f:b': leaf } }, { 'f:a': { ...self, 'f:b': leaf } }],
  [{ 'f:a': { 'f:b': leaf } }, { 'f:a': leaf }, { 'f:a': { ...self, 'f:b': leaf } }],
  [{ 'f:a': { 'f:b': leaf } }, { 'f:a': { 'f:c': leaf } }, { 'f:a': { 'f:b': leaf, 'f:c': leaf } }],
  [{ 'f:a': { ...self, 'f:b': leaf } }, { 'f:a': leaf }, { 'f:a': { ...self, 'f:b': leaf } }],
])

table('subtract', subtract, [
  [{ 'f:a': leaf, 'f:b': leaf }, { 'f:b': leaf }, { 'f:a': leaf }],
  [{ 'f:a': leaf }, { 'f:a': leaf }, undefined],
  [{ 'f:a': leaf }, { 'f:a': { 'f:b': leaf } }, { 'f:a': leaf }],
  [{ 'f:a': { ...self, 'f:b': leaf } }, { 'f:a': { 'f:b': leaf } }, { 'f:a': leaf }],
  [{ 'f:a': { ...self, 'f:b': leaf } }, { 'f:a': leaf }, { 'f:a': { 'f:b': leaf } }],
  [{ 'f:a': { 'f:b': leaf } }, { 'f:a': leaf }, { 'f:a': { 'f:b': leaf } }],
  [{ 'f:a': { ...self, 'f:b': leaf } }, { 'f:a': { ...self, 'f:b': leaf } }, undefined],
])

table('cut', cut, [
  [{ 'f:a': { ...self, 'f:b': { 'f:c': leaf } }, 'f:d': leaf }, { 'f:a': leaf }, { 'f:d': leaf }],
  [{ 'f:a': { 'f:b': leaf, 'f:c': leaf } }, { 'f:a': { 'f:b': leaf } }, { 'f:a': { 'f:c': leaf } }],
  [{ 'f:a': { 'f:b': leaf } }, { 'f:a': { 'f:b': leaf } }, undefined],
  [{ 'f:a': leaf }, { 'f:b': leaf }, { 'f:a': leaf }],
])

table('intersect', intersect, [
  [{ 'f:a': leaf, 'f:b': leaf }, { 'f:b': leaf, 'f:c': leaf }, { 'f:b': leaf }],
  [{ 'f:a': leaf }, { 'f:b': leaf }, undefined],
  [{ 'f:a': { 'f:b': leaf } }, { 'f:a': leaf }, undefined],
  [{ 'f:a': { ...self, 'f:b': leaf } }, { 'f:a': leaf }, { 'f:a': leaf }],
  [{ 'f:a': { ...self, 'f:b': leaf } }, { 'f:a': { ...self, 'f:b': leaf } }, { 'f:a': { ...self, 'f:b': leaf } }],
])

test('what does not change is the same object', () => {
  const part = deepFreeze({ 'f:spec': { 'f:a': leaf } })
  assert.equal(union(a, part), a)
  assert.equal(subtract(a, { 'f:status': leaf }), a)
  assert.equal(cut(a, { 'f:status': leaf }), a)
  assert.equal(union(part, { 'f:z': leaf })['f:spec'], part['f:spec'])
})

test('a field is a member when it is a leaf or says so', () => {
  assert.deepEqual([leaf, { ...self, 'f:a': leaf }, { 'f:a': leaf }].map(isMember), [true, true, false])
})

test('paths are written as messages write them', () => {
  const fields = {
    'f:spec': {
      'f:replicas': leaf,
      'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { ...self, 'f:name': leaf } },
      'f:finalizers': { 'v:"x"': leaf },
    },
  }
  assert.deepEqual(paths(fields), [
    '.spec.finalizers[="x"]',
    '.spec.ports[containerPort=80,protocol="TCP"]',
    '.spec.ports[containerPort=80,protocol="TCP"].name',
    '.spec.replicas',
  ])
})
