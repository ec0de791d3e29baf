import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResourceSummary } from '@flotilla/sdk'
import { cluster } from '@flotilla/sdk/testing'
import { topicOfRoom } from './room.ts'

const half: ResourceSummary = { allocatable: { cpu: '4', pods: '10' }, allocated: { cpu: '2', pods: '5' } }
const withRoom = (resourceSummary: ResourceSummary | undefined) =>
  cluster({ status: resourceSummary ? { resourceSummary } : {} })

/** What a cluster says of its room, after `half` · what it means. */
const cases: Record<string, readonly [ResourceSummary | undefined, string | undefined]> = {
  'the same': [half, undefined],
  'more nodes': [{ ...half, allocatable: { cpu: '8', pods: '10' } }, 'room'],
  'fewer nodes': [{ ...half, allocatable: { cpu: '3', pods: '10' } }, 'traffic'],
  'fewer pods': [{ ...half, allocated: { cpu: '2', pods: '4' } }, 'room'],
  'more pods': [{ ...half, allocated: { cpu: '2500m', pods: '6' } }, 'traffic'],
  'pods that wait for a node': [{ ...half, allocating: { cpu: '1' } }, 'traffic'],
  'less of one thing, more of another': [{ ...half, allocated: { cpu: '3', pods: '1' } }, 'room'],
  'another resource': [{ ...half, allocatable: { cpu: '4', pods: '10', gpu: '1' } }, 'room'],
  'the same in other words': [{ ...half, allocated: { cpu: '2000m', pods: '5' } }, 'traffic'],
  'what nobody can read': [{ ...half, allocatable: { cpu: 'plenty' } }, 'room'],
  nothing: [undefined, undefined],
}

for (const [name, [after, topic]] of Object.entries(cases))
  test(`${name} is ${topic ?? 'nothing new'}`, () =>
    assert.equal(topicOfRoom({ before: withRoom(half), after: withRoom(after) }), topic))

test('a cluster that says so for the first time has more', () =>
  assert.equal(topicOfRoom({ before: withRoom(undefined), after: withRoom(half) }), 'room'))

test('a cluster that is gone has not', () => assert.equal(topicOfRoom({ before: withRoom(half) }), undefined))
