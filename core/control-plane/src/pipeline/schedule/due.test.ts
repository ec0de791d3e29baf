import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { annotation, type BindingStatus, type Placement } from '@flotilla/sdk'
import { type BindingWords, binding, cluster, clusters } from '@flotilla/sdk/testing'
import { dueCause, isRescheduleWanted } from './due.ts'
import { snapshotOf } from './snapshot.ts'

const divided: Placement = { replicaScheduling: { replicaSchedulingType: 'Divided' } }
const named = (...clusterNames: readonly string[]): Placement => ({ ...divided, clusterAffinity: { clusterNames } })
const terms = (first: string, second: string): Placement => ({
  ...divided,
  clusterAffinities: [
    { affinityName: 'first', clusterNames: [first] },
    { affinityName: 'second', clusterNames: [second] },
  ],
})
const applied = (placement: Placement | string) => ({
  annotations: { [annotation.appliedPlacement]: typeof placement === 'string' ? placement : JSON.stringify(placement) },
})
const expressions = (before: string | undefined, now: string | undefined) => ({
  annotations: {
    ...applied(divided).annotations,
    ...(before && { [annotation.appliedExpressions]: JSON.stringify({ selector: before }) }),
    ...(now && { [annotation.clusterSelector]: now }),
  },
})
const scheduled: BindingStatus = {
  lastScheduledTime: '2026-01-01T00:00:00Z',
  conditions: [
    { type: 'Scheduled', status: 'True', reason: 'Success', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
}
const well = { ...applied(divided), replicas: 4, clusters: { member1: 4 }, status: scheduled }
const observing = (schedulerObservingAffinityName?: string) => ({
  status: { ...scheduled, schedulerObservingAffinityName },
})
const all = snapshotOf([...clusters('member1', 'member2'), cluster({ name: 'going', deletionTimestamp: 'now' })])

/** What is there · the placement now · why it is scheduled. */
const cases: Record<string, readonly [BindingWords, Placement, string | undefined]> = {
  'all is well': [well, divided, undefined],
  'it was never scheduled': [{ ...well, annotations: {} }, divided, 'ReconcileSchedule'],
  'what was noted cannot be read': [{ ...well, ...applied('{') }, divided, 'ReconcileSchedule'],
  'the placement is another': [well, named('member2'), 'ReconcileSchedule'],
  'the placement is the same in other words': [
    { ...well, ...applied({ ...named('a') }) },
    { clusterAffinity: { clusterNames: ['a'] }, ...divided },
    undefined,
  ],
  'only the term in use counts': [
    { ...well, ...applied(terms('a', 'b')), ...observing('first') },
    terms('a', 'c'),
    undefined,
  ],
  'the term in use is another': [
    { ...well, ...applied(terms('a', 'b')), ...observing('second') },
    terms('a', 'c'),
    'ReconcileSchedule',
  ],
  'no term is in use yet': [{ ...well, ...applied(terms('a', 'b')) }, terms('a', 'b'), 'ReconcileSchedule'],
  'there are more replicas': [{ ...well, replicas: 5 }, divided, 'ScaleSchedule'],
  'components have no cluster': [
    { ...well, clusters: {}, replicas: 0, components: [{ name: 'x', replicas: 1 }] },
    divided,
    'ScaleSchedule',
  ],
  'a full reschedule is wanted': [
    { ...well, rescheduleTriggeredAt: '2026-01-01T00:00:01Z' },
    divided,
    'ReconcileSchedule',
  ],
  'a full reschedule has been': [{ ...well, rescheduleTriggeredAt: '2025-12-31T00:00:00Z' }, divided, undefined],
  'the last attempt failed': [{ ...well, status: {} }, divided, 'ReconcileSchedule'],
  'it is no workload': [{ ...well, replicas: 0, clusters: { member1: undefined } }, divided, 'ReconcileSchedule'],
  'every cluster gets all': [{ ...well, ...applied({}) }, {}, 'ReconcileSchedule'],
  'every cluster gets all, and all are more': [
    { ...well, ...applied({ replicaScheduling: { replicaSchedulingType: 'Duplicated' } }), replicas: 5 },
    { replicaScheduling: { replicaSchedulingType: 'Duplicated' } },
    'ScaleSchedule',
  ],
  'the expressions are others': [{ ...well, ...expressions('"a"', 'b') }, divided, 'ReconcileSchedule'],
  'the expressions are the same': [{ ...well, ...expressions('"a"', '"a"') }, divided, undefined],
  'the expressions have gone': [{ ...well, ...expressions('"a"', undefined) }, divided, 'ReconcileSchedule'],
  'there are expressions at last': [{ ...well, ...expressions(undefined, '"a"') }, divided, 'ReconcileSchedule'],
  'a cluster it is in is going': [{ ...well, clusters: { going: 4 } }, divided, 'ReconcileSchedule'],
  'a cluster it is in has gone': [{ ...well, clusters: { gone: 4 } }, divided, 'ReconcileSchedule'],
}

describe('a binding is scheduled when', () => {
  for (const [name, [words, placement, cause]] of Object.entries(cases))
    test(`${name}: ${cause ?? 'not'}`, () =>
      assert.equal(dueCause(binding({ ...words, placement }), placement, all), cause))
})

test('a reschedule is only one after a schedule', () =>
  assert.equal(isRescheduleWanted(binding({ rescheduleTriggeredAt: '2026-01-01T00:00:00Z' })), false))
