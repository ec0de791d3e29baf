import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type Manifest, type PlaintextOverrider } from '@flotilla/sdk'
import { overridePlaintext } from './plaintext.ts'

const cluster = { apiVersion: '', kind: 'Cluster', metadata: { name: 'member1' }, spec: { syncMode: 'Push' } } as const

const manifest = deepFreeze<Manifest>({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x' },
  spec: { list: ['a', 'b', null], map: { 'a/b': 1, 'c~d': 2, '': 3 }, zero: 0, nothing: null },
  rest: { kept: {} },
})
const spec = { list: ['a', 'b', null], map: { 'a/b': 1, 'c~d': 2, '': 3 }, zero: 0, nothing: null }

const apply = (...plaintext: readonly PlaintextOverrider[]) =>
  overridePlaintext(deepFreeze({ manifest, cluster, overriders: { plaintext } }))

const cases: readonly [
  PlaintextOverrider['operator'],
  path: string,
  value: PlaintextOverrider['value'],
  after: object,
][] = [
  ['add', '/spec/new', { deep: [1] }, { ...spec, new: { deep: [1] } }],
  ['add', '/spec/zero', 1, { ...spec, zero: 1 }],
  ['add', '/spec/list/0', 'z', { ...spec, list: ['z', 'a', 'b', null] }],
  ['add', '/spec/list/3', 'z', { ...spec, list: ['a', 'b', null, 'z'] }],
  ['add', '/spec/list/-', 'z', { ...spec, list: ['a', 'b', null, 'z'] }],
  ['add', '/spec/new', undefined, { ...spec, new: null }],
  ['replace', '/spec/zero', 1, { ...spec, zero: 1 }],
  ['replace', '/spec/absent', 1, { ...spec, absent: 1 }],
  ['replace', '/spec/nothing', 1, { ...spec, nothing: 1 }],
  ['replace', '/spec/list/2', 'z', { ...spec, list: ['a', 'b', 'z'] }],
  ['replace', '/spec/map/a~1b', 9, { ...spec, map: { ...spec.map, 'a/b': 9 } }],
  ['remove', '/spec/map/c~0d', undefined, { ...spec, map: { 'a/b': 1, '': 3 } }],
  ['remove', '/spec/map/', undefined, { ...spec, map: { 'a/b': 1, 'c~d': 2 } }],
  ['remove', '/spec/list/1', undefined, { ...spec, list: ['a', null] }],
  ['remove', '/spec/list/2', undefined, { ...spec, list: ['a', 'b'] }],
  ['remove', '/spec/nothing', undefined, { list: spec.list, map: spec.map, zero: 0 }],
]
for (const [operator, path, value, after] of cases)
  test(`${operator} ${path} ${JSON.stringify(value) ?? ''}`, () => {
    const answer = apply({ operator, path, ...(value !== undefined && { value }) })
    assert.equal(answer?.rest, manifest.rest, 'what is beside the path is shared')
    assert.deepEqual(answer, { ...manifest, spec: after })
  })

const refused: readonly [PlaintextOverrider['operator'], path: string][] = [
  ['remove', '/spec/absent'],
  ['remove', '/spec/list/3'],
  ['remove', '/spec/list/length'],
  ['remove', '/spec/list/-'],
  ['remove', '/spec/list/01'],
  ['replace', '/spec/list/3'],
  ['replace', '/spec/list/x'],
  ['add', '/spec/list/4'],
  ['add', '/spec/list/-1'],
  ['add', '/spec/absent/a'],
  ['add', '/spec/zero/a'],
  ['add', '/spec/nothing/a'],
  ['add', ''],
  ['add', 'spec'],
  ['add', '/__proto__/polluted'],
  ['add', '/spec/__proto__'],
  ['replace', '/spec/__proto__'],
  ['remove', '/spec/toString'],
  ['add', '/spec/toString/name'],
  ['add', '/constructor/polluted'],
]
for (const [operator, path] of refused)
  test(`${operator} "${path}" is refused with its path`, () => {
    assert.throws(
      () => apply({ operator, path, value: 'z' }),
      (error: Error) => 'code' in error && error.code === 'OVERRIDE_PATH' && error.message.startsWith(`${path}: `),
    )
  })

test('a field may be called as something every object has', () => {
  for (const name of ['constructor', 'toString', 'prototype'])
    for (const operator of ['add', 'replace'] as const) {
      const answer = apply({ operator, path: `/spec/${name}`, value: 'z' })
      assert.deepEqual(answer?.spec, { ...spec, [name]: 'z' })
      const gone = apply({ operator, path: `/spec/${name}`, value: 'z' }, { operator: 'remove', path: `/spec/${name}` })
      assert.deepEqual(gone?.spec, spec)
    }
})

test('patches are applied in turn', () => {
  const answer = apply(
    { operator: 'add', path: '/spec/new', value: [] },
    { operator: 'add', path: '/spec/new/-', value: 1 },
    { operator: 'add', path: '/spec/new/-', value: 2 },
  )
  assert.deepEqual(answer?.spec, { ...spec, new: [1, 2] })
})

test('the value of a policy is copied, so that a later patch does not write into it', () => {
  const value = deepFreeze({ a: {} })
  const answer = apply(
    { operator: 'add', path: '/spec/new', value },
    { operator: 'add', path: '/spec/new/a/b', value: 1 },
  )
  assert.deepEqual(answer?.spec, { ...spec, new: { a: { b: 1 } } })
  assert.deepEqual(value, { a: {} })
})
