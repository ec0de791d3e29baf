import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ControllerRevision } from '../api/controller-revision.ts'
import { statefulSet } from '../testing/objects.ts'
import { planHistory } from './history.ts'

const owner = statefulSet()

const revision = (hash: string, number: number): ControllerRevision => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { namespace: 'default', name: `db-${hash}` },
  revision: number,
  data: {},
})

const current = { owner, template: owner.spec.template, hash: 'c', used: new Set<string>(), limit: 10 }

test('a template that is new gets a revision, by which it comes back', () => {
  const { create, ...rest } = planHistory(current, [revision('a', 1), revision('b', 2)])
  assert.deepEqual([create?.metadata.name, create?.revision, rest], ['db-c', 3, { remove: [] }])
  assert.deepEqual(create?.data, { spec: { template: { ...owner.spec.template, $patch: 'replace' } } })
  assert.equal(create?.metadata.labels?.app, 'web')
})

test('a template that was there before becomes the newest, and the newest stays as it is', () => {
  const [a, b, c] = [revision('a', 1), revision('b', 3), revision('c', 2)]
  assert.deepEqual(planHistory(current, [a, b, c]), { renumber: { revision: c, number: 4 }, remove: [] })
  assert.deepEqual(planHistory(current, [a, { ...b, revision: 2 }, revision('c', 5)]), { remove: [] })
  assert.deepEqual(planHistory(current, [c]), { remove: [] })
})

test('the oldest go that no pod has', () => {
  const [a, b, d] = [revision('a', 1), revision('b', 2), revision('d', 3)]
  const all = [b, a, d, revision('c', 4)]
  assert.deepEqual(planHistory({ ...current, limit: 1 }, all), { remove: [a, b] })
  assert.deepEqual(planHistory({ ...current, limit: 1, used: new Set(['db-a']) }, all), { remove: [b] })
})
