import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResourceSummary } from '@flotilla/sdk'
import { cluster } from '@flotilla/sdk/testing'
import { isRoomier } from './roomier.ts'

const half: ResourceSummary = { allocatable: { cpu: '4', pods: '10' }, allocated: { cpu: '2', pods: '5' } }
const withRoom = (resourceSummary: ResourceSummary | undefined) =>
  cluster({ status: resourceSummary ? { resourceSummary } : {} })

/** What a cluster says of its room, after `half` · whether there is more. */
const cases: Record<string, readonly [ResourceSummary | undefined, boolean]> = {
  'the same': [half, false],
  'more nodes': [{ ...half, allocatable: { cpu: '8', pods: '10' } }, true],
  'fewer nodes': [{ ...half, allocatable: { cpu: '3', pods: '10' } }, false],
  'fewer pods': [{ ...half, allocated: { cpu: '2', pods: '4' } }, true],
  'more pods': [{ ...half, allocated: { cpu: '2500m', pods: '6' } }, false],
  'pods that wait for a node': [{ ...half, allocating: { cpu: '1' } }, false],
  'less of one thing, more of another': [{ ...half, allocated: { cpu: '3', pods: '1' } }, true],
  'another resource': [{ ...half, allocatable: { cpu: '4', pods: '10', gpu: '1' } }, true],
  'the same in other words': [{ ...half, allocated: { cpu: '2000m', pods: '5' } }, false],
  'what nobody can read': [{ ...half, allocatable: { cpu: 'plenty' } }, true],
  nothing: [undefined, false],
}

for (const [name, [after, more]] of Object.entries(cases))
  test(`${name} is ${more ? '' : 'not '}more`, () =>
    assert.equal(isRoomier({ before: withRoom(half), after: withRoom(after) }), more))

test('a cluster that says so for the first time has more', () =>
  assert.ok(isRoomier({ before: withRoom(undefined), after: withRoom(half) })))

test('a cluster that is gone has not', () => assert.ok(!isRoomier({ before: withRoom(half) })))
