import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change } from './change.ts'
import { History } from './history.ts'

const change = (resource: string, revision: number): Change => ({
  resource,
  namespace: '',
  name: 'x',
  revision,
  type: 'MODIFIED',
  object: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } },
})

const revisions = (changes: readonly Change[] | undefined) => changes?.map(({ revision }) => revision)

test('history has the changes of a resource after a revision', () => {
  const history = new History(10, new Map())
  for (const revision of [2, 3, 4, 5]) history.push(change(revision % 2 ? 'odd' : 'even', revision))
  assert.deepEqual(revisions(history.since('odd', 0)), [3, 5])
  assert.deepEqual(revisions(history.since('odd', 3)), [5])
  assert.deepEqual(revisions(history.since('even', 4)), [])
})

test('history forgets the oldest changes, but not that a quiet resource has not changed since', () => {
  const history = new History(3, new Map([['old', 1]]))
  history.push(change('quiet', 2))
  for (let revision = 3; revision < 20; revision += 1) history.push(change('busy', revision))
  assert.deepEqual(revisions(history.since('busy', 17)), [18, 19])
  assert.deepEqual(revisions(history.since('busy', 16)), [17, 18, 19])
  assert.equal(history.since('busy', 15), undefined)
  assert.deepEqual(history.since('quiet', 2), [])
  assert.equal(history.since('quiet', 1), undefined)
  assert.deepEqual(history.since('old', 1), [])
  assert.equal(history.since('old', 0), undefined)
})

test('large objects that are no more are remembered as far as there is room', () => {
  const history = new History(100, new Map(), 10_000)
  const before = { ...change('large', 1).object, text: 'x'.repeat(3000) }
  for (let revision = 2; revision < 20; revision += 1) history.push({ ...change('large', revision), before })
  assert.deepEqual(revisions(history.since('large', 16)), [17, 18, 19])
  assert.equal(history.since('large', 15), undefined)
  history.push({ ...change('large', 20), before: { ...before, text: 'x'.repeat(30_000) } })
  assert.deepEqual(revisions(history.since('large', 19)), [20])
})
