import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { label, type Manifest } from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'
import { fingerprint, isEdit, isEditedSince, isMoreThanStatus } from './content.ts'

const meta = { uid: 'u', resourceVersion: '1', generation: 1, labels: { app: 'web' } }
const before = deployment(meta)
const claimed = { ...meta.labels, [label.propagationPolicyId]: 'id', 'propagationpolicy.karmada.io/name': 'p' }

/** What happened · whether it is more than a status · whether its author did it. */
const cases: readonly (readonly [string, Manifest, boolean, boolean])[] = [
  ['a new status', deployment({ ...meta, resourceVersion: '2', status: { replicas: 1 } }), false, false],
  ['a version that moved alone', deployment({ ...meta, resourceVersion: '2', generation: 2 }), false, false],
  ['a new spec', deployment({ ...meta, resourceVersion: '2', generation: 2, replicas: 3 }), true, true],
  ['a new label', deployment({ ...meta, resourceVersion: '2', labels: { app: 'api' } }), true, true],
  ['a claim', deployment({ ...meta, resourceVersion: '2', labels: claimed }), true, false],
  [
    'a namespace opting out',
    deployment({ ...meta, labels: { ...meta.labels, [label.skipAutoPropagation]: 'true' } }),
    true,
    true,
  ],
  ['a deletion', deployment({ ...meta, deletionTimestamp: '2026-01-01T00:00:00Z' }), true, true],
]

describe('a change of a template', () => {
  for (const [name, after, more, edit] of cases) {
    test(`${name} is ${more ? '' : 'not '}more than a status`, () =>
      assert.equal(isMoreThanStatus({ before, after }), more))
    test(`${name} is ${edit ? 'an' : 'no'} edit`, () => assert.equal(isEdit({ before, after }), edit))
    test(`${name} is ${edit ? 'an' : 'no'} edit across a restart`, () =>
      assert.equal(isEditedSince(fingerprint(before), after), edit))
    test(`${name} has ${more ? 'another' : 'the same'} fingerprint`, () =>
      assert.equal(fingerprint(after) !== fingerprint(before), more))
  }
  test('is one where nobody knows what was before', () => assert.equal(isEditedSince(undefined, before), true))
  test('coming and going is always one', () => {
    for (const change of [{ before }, { after: before }]) {
      assert.equal(isMoreThanStatus(change), true)
      assert.equal(isEdit(change), true)
    }
  })
})
