import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { annotation, type Binding } from '@flotilla/sdk'
import { binding } from '@flotilla/sdk/testing'
import { mishapPatch, observedPatch, resultPatch, successMessage, successPatch } from './result.ts'
import type { Decision, Failure } from './schedule.ts'

const now = new Date('2026-01-01T00:00:00Z')
const later = new Date('2026-01-02T00:00:00Z')
const placement = { clusterAffinity: { clusterNames: ['a'] } }
const noted = { annotations: { [annotation.appliedPlacement]: JSON.stringify(placement) } }
const to = (...names: readonly string[]): Decision => ({
  targets: names.map((name) => ({ name })),
  failures: [],
  absent: [],
})
const failing = (reason: Failure['reason']): Decision => ({
  failures: [{ reason, message: 'no', resolvable: false }],
  absent: [],
})

describe('the patch of the object', () => {
  const cases: Record<string, readonly [Binding, Decision, object | undefined]> = {
    'says both at first': [
      binding(),
      to('a'),
      { metadata: { annotations: noted.annotations }, spec: { clusters: [{ name: 'a' }] } },
    ],
    'says nothing twice': [binding({ ...noted, clusters: { a: undefined } }), to('a'), undefined],
    'says only the clusters when the placement is known': [
      binding(noted),
      to('a'),
      { spec: { clusters: [{ name: 'a' }] } },
    ],
    'says only the placement when the clusters are right': [
      binding({ clusters: { a: undefined } }),
      to('a'),
      { metadata: { annotations: noted.annotations } },
    ],
    'notes the expressions, too': [
      binding({
        annotations: { ...noted.annotations, [annotation.clusterSelector]: 'true' },
        clusters: { a: undefined },
      }),
      to('a'),
      { metadata: { annotations: { [annotation.appliedExpressions]: '{"selector":"true"}' } } },
    ],
    'forgets those that have gone': [
      binding({
        annotations: { ...noted.annotations, [annotation.appliedExpressions]: '{"selector":"true"}' },
        clusters: { a: undefined },
      }),
      to('a'),
      { metadata: { annotations: { [annotation.appliedExpressions]: null } } },
    ],
    'takes the clusters away when none fits': [
      binding({ ...noted, clusters: { a: 1 } }),
      failing('NoClusterFit'),
      { spec: { clusters: null } },
    ],
    'leaves them when there is no room': [
      binding({ ...noted, clusters: { a: 1 } }),
      failing('Unschedulable'),
      undefined,
    ],
  }
  for (const [name, [object, decision, patch]] of Object.entries(cases))
    test(name, () => assert.deepEqual(resultPatch(object, placement, decision), patch))
})

/** The binding as it is after a patch of its status. */
const after = (object: Binding, patch: object | undefined): Binding =>
  ({ ...object, status: { ...object.status, ...(patch as Binding | undefined)?.status } }) as Binding // the patches here only add

describe('the patch of the status', () => {
  const object = binding({ generation: 3, resourceVersion: '8' })

  test('says what, when and for which generation, and nothing twice', () => {
    const patch = successPatch(object, to('a'), now, false)
    assert.deepEqual(patch, {
      metadata: { resourceVersion: '8' },
      status: {
        schedulerObservedGeneration: 3,
        schedulerObservingAffinityName: null,
        lastScheduledTime: '2026-01-01T00:00:00Z',
        conditions: [
          {
            type: 'Scheduled',
            status: 'True',
            reason: 'Success',
            message: 'Binding has been scheduled successfully.',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
    })
    const { schedulerObservingAffinityName: _, ...status } = after(object, patch).status ?? {}
    assert.equal(successPatch({ ...object, status }, to('a'), later, false), undefined)
  })
  test('does not race for conditions that stay', () => {
    const settled = after(object, successPatch(object, to('a'), now, false))
    const patch = successPatch({ ...settled, metadata: { ...settled.metadata, generation: 4 } }, to('b'), later, false)
    assert.deepEqual(patch, {
      status: {
        schedulerObservedGeneration: 4,
        schedulerObservingAffinityName: null,
        lastScheduledTime: '2026-01-02T00:00:00Z',
      },
    })
  })
  test('moves the time after a full reschedule that changed nothing', () => {
    const settled = after(object, successPatch(object, { ...to('a'), affinityName: 'x' }, now, false))
    assert.notEqual(successPatch(settled, { ...to('a'), affinityName: 'x' }, later, true), undefined)
    assert.equal(successPatch(settled, { ...to('a'), affinityName: 'x' }, later, false), undefined)
  })
  test('says no time before the one a full reschedule was wanted at, whatever the clock says', () => {
    const wanted = { ...object, spec: { ...object.spec, rescheduleTriggeredAt: '2026-01-09T00:00:00Z' } }
    const time = (fresh: boolean) => after(wanted, successPatch(wanted, to('a'), now, fresh)).status?.lastScheduledTime
    assert.equal(time(true), '2026-01-09T00:00:00Z')
    assert.equal(time(false), '2026-01-01T00:00:00Z')
  })
  test('names clusters that do not exist', () => {
    const { status } = after(object, successPatch(object, { ...to('a'), absent: ['ghost'] }, now, false))
    assert.equal(
      status?.conditions?.[0]?.message,
      'Binding has been scheduled successfully. Clusters that do not exist: ghost.',
    )
  })
  test('says a failure once, and leaves the generation for later', () => {
    const mishap = { reason: 'Unschedulable', message: 'no room' } as const
    const failed = after(object, mishapPatch(object, mishap, now))
    assert.equal(failed.status?.schedulerObservedGeneration, undefined)
    assert.equal(failed.status?.conditions?.[0]?.status, 'False')
    assert.equal(mishapPatch(failed, mishap, later), undefined)
    assert.notEqual(mishapPatch(failed, { ...mishap, message: 'less room' }, later), undefined)
  })
  test('says that a generation needs nothing, once', () => {
    const patch = observedPatch(object)
    assert.deepEqual(patch, { status: { schedulerObservedGeneration: 3 } })
    assert.equal(observedPatch(after(object, patch)), undefined)
  })
})

test('an event says how many go where', () =>
  assert.equal(
    successMessage([{ name: 'a', replicas: 2 }, { name: 'b' }]),
    'Binding has been scheduled successfully. Result: {a:2, b:0}',
  ))
