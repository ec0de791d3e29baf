import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Binding, Condition } from '@flotilla/sdk'
import { type BindingWords, binding } from '@flotilla/sdk/testing'
import type { Changes } from './changes.ts'
import { byAddress, compare } from './moves.ts'

const none: Changes = { drain: [], cordon: [], remove: [], add: [], policies: [], rebalance: false }

const refused: Condition = {
  type: 'Scheduled',
  status: 'False',
  reason: 'NoClusterFit',
  message: '0/1 clusters are available',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}

const named = (name: string, clusters: BindingWords['clusters'], isRefused = false): Binding => {
  const made = binding({ ...(clusters && { clusters }), ...(isRefused && { status: { conditions: [refused] } }) })
  return { ...made, metadata: { ...made.metadata, name } }
}

const compared = (before: readonly Binding[], after: readonly Binding[], changes: Partial<Changes> = {}) =>
  compare({ before: byAddress(before), after: byAddress(after), decisions: () => [], changes: { ...none, ...changes } })

const texts = ({ moves }: ReturnType<typeof compared>) =>
  moves.map(
    ({ binding, cluster, from, to, why }) => `${binding.name} ${cluster} ${from?.replicas}→${to?.replicas} ${why}`,
  )

test('what is elsewhere is a move, with the change that is the reason', () => {
  const found = compared([named('web', { a: 2, b: 1, c: 1 })], [named('web', { b: 3, d: 1 })], {
    drain: ['a'],
    remove: ['c'],
  })
  assert.deepEqual(texts(found), [
    'web a 2→undefined it is drained',
    'web b 1→3 its policy is another',
    'web c 1→undefined it is removed',
    'web d undefined→1 its policy is another',
  ])
})

test('what is where it was is no move', () => {
  const found = compared([named('web', { a: 2 })], [named('web', { a: 2 })])
  assert.deepEqual(found.summary, { bindings: 1, moved: 0, stay: 1, unschedulable: 0, unschedulableAlready: 0 })
})

test('what comes and what goes are moves, too', () => {
  const found = compared([named('old', { a: 1 })], [named('new', { a: 1 })])
  assert.deepEqual(texts(found), [
    'new a undefined→1 its policy is another',
    'old a 1→undefined no policy has it any more',
  ])
  assert.deepEqual(found.summary, { bindings: 2, moved: 2, stay: 0, unschedulable: 0, unschedulableAlready: 0 })
})

test('what has nowhere to go is told apart from what had nowhere to go', () => {
  const before = [named('lost', {}, true), named('web', { a: 1 })]
  const found = compared(before, [named('lost', {}, true), named('web', {}, true)], { drain: ['a'] })
  assert.deepEqual(
    found.unschedulable.map(({ binding, reason }) => [binding.name, reason]),
    [['web', 'NoClusterFit']],
  )
  assert.deepEqual(found.summary, { bindings: 2, moved: 0, stay: 1, unschedulable: 1, unschedulableAlready: 1 })
})

test('the load of a cluster is counted now and then', () => {
  const found = compared(
    [named('web', { a: 2 }), named('api', { a: 1 })],
    [named('web', { b: 2 }), named('api', { a: 1 })],
  )
  assert.deepEqual(found.clusters, [
    { cluster: 'a', bindings: { from: 2, to: 1 }, replicas: { from: 3, to: 1 } },
    { cluster: 'b', bindings: { from: 0, to: 1 }, replicas: { from: 0, to: 2 } },
  ])
})
