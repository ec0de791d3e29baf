import assert from 'node:assert/strict'
import { test } from 'node:test'
import { each, edit, withAnnotation, withFinalizer, withLabel } from './edit.ts'
import { deepFreeze } from './freeze.ts'
import type { Manifest } from './manifest.ts'

const pod: Manifest = deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: { app: 'web' } } })

test('an edit is a new object that shares the rest', () => {
  const before = { spec: { replicas: 1 }, status: {} }
  const after = edit(before, 'spec', (spec) => edit(spec, 'replicas', () => 2))
  assert.deepEqual(after, { spec: { replicas: 2 }, status: {} })
  assert.equal(after.status, before.status)
  assert.equal(before.spec.replicas, 1)
})

test('an edit that changes nothing answers the same object', () => {
  const before = { spec: { replicas: 1 } }
  assert.equal(
    edit(before, 'spec', (spec) => edit(spec, 'replicas', () => 1)),
    before,
  )
  const list = [{ a: 1 }]
  assert.equal(
    each(list, (item) => item),
    list,
  )
})

test('what a user sent in place of an object or a list is left alone', () => {
  const sent = (json: string) => JSON.parse(json) as { readonly list: readonly { readonly a: number }[] }
  const bump = (owner: { readonly list: readonly { readonly a: number }[] }) =>
    edit(owner, 'list', (list) => each(list, (item) => edit(item, 'a', () => 2)) ?? list)
  for (const json of ['null', '7', '"text"', '[]', '{"list": 7}', '{"list": {"a": 1}}', '{"list": [7, null]}']) {
    assert.deepEqual(bump(sent(json)), JSON.parse(json))
  }
  assert.deepEqual(bump(sent('{"list": [{"a": 1}, 7]}')), { list: [{ a: 2 }, 7] })
  assert.deepEqual(bump(sent('{"list": null}')), { list: null })
  assert.deepEqual(
    edit(sent('{"list": null}'), 'list', (list) => list ?? []),
    { list: [] },
  )
})

test('labels, annotations and finalizers are added once', () => {
  assert.deepEqual(withLabel(pod, 'tier', 'front').metadata.labels, { app: 'web', tier: 'front' })
  assert.deepEqual(withAnnotation(pod, 'note', 'x').metadata.annotations, { note: 'x' })
  assert.equal(withLabel(pod, 'app', 'web'), pod)
  const held = withFinalizer(withFinalizer(pod, 'a'), 'b')
  assert.deepEqual(held.metadata.finalizers, ['a', 'b'])
  assert.equal(withFinalizer(held, 'a'), held)
})
