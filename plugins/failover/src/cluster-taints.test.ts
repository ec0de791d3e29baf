import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster, ClusterTaintPolicy, MatchCondition, Taint } from '@flotilla/sdk'
import { cluster, manifest } from '@flotilla/sdk/testing'
import { taintsUnder } from './cluster-taints.ts'

const now = new Date('2026-05-01T12:00:00Z')
const timeAdded = '2026-05-01T12:00:00Z'

const is = (conditionType: string, ...statusValues: MatchCondition['statusValues']): MatchCondition => ({
  conditionType,
  operator: 'In',
  statusValues,
})
const isNot = (...words: Parameters<typeof is>): MatchCondition => ({ ...is(...words), operator: 'NotIn' })

const down = { key: 'down', effect: 'NoExecute' } as const
const slow = { key: 'slow', value: 'disk', effect: 'NoSchedule' } as const

type Words = Partial<ClusterTaintPolicy['spec']> & { readonly name?: string; readonly creationTimestamp?: string }

const policy = ({ name = 'policy', creationTimestamp = '2026-01-01T00:00:00Z', ...spec }: Words): ClusterTaintPolicy =>
  manifest('policy.karmada.io/v1alpha1', 'ClusterTaintPolicy', {
    name,
    creationTimestamp,
    spec: { taints: [down], ...spec },
  }) as ClusterTaintPolicy // written as one

const a = (ready: boolean, taints?: readonly Taint[]): Cluster =>
  cluster({ name: 'a', ready, ...(taints && { taints }) })

const notReady = [isNot('Ready', 'True')]
const ready = [is('Ready', 'True')]
const old = { ...down, timeAdded: '2026-01-01T00:00:00Z' }
const other = { key: 'mine', effect: 'NoSchedule' } as const

type Row = readonly [policies: readonly ClusterTaintPolicy[], cluster: Cluster, taints: readonly Taint[] | undefined]
const rows: Readonly<Record<string, Row>> = {
  'a taint comes when all its conditions hold': [
    [policy({ addOnConditions: notReady })],
    a(false),
    [{ ...down, timeAdded }],
  ],
  'it does not when one of them does not': [
    [policy({ addOnConditions: [...notReady, is('CompleteAPIEnablements', 'True')] })],
    a(false),
    undefined,
  ],
  'it does not on a condition nobody told of': [
    [policy({ addOnConditions: [isNot('Power', 'True')] })],
    a(false),
    undefined,
  ],
  'without conditions it never comes': [[policy({})], a(false), undefined],
  'a taint that is there keeps its time': [[policy({ addOnConditions: notReady })], a(false, [old]), [old]],
  'taints of others stay': [
    [policy({ addOnConditions: notReady })],
    a(false, [other]),
    [other, { ...down, timeAdded }],
  ],
  'a taint goes when all its conditions hold': [
    [policy({ removeOnConditions: ready })],
    a(true, [old, other]),
    [other],
  ],
  'it stays while they do not': [[policy({ removeOnConditions: ready })], a(false, [old]), [old]],
  'without conditions it never goes': [[policy({ addOnConditions: notReady })], a(true, [old]), [old]],
  'only clusters that are meant are tainted': [
    [policy({ targetClusters: { clusterNames: ['b'] }, addOnConditions: notReady })],
    a(false),
    undefined,
  ],
  'a cluster that is meant no more keeps its taint': [
    [policy({ targetClusters: { clusterNames: ['b'] }, removeOnConditions: ready })],
    a(true, [old]),
    [old],
  ],
  'a policy has several taints': [
    [policy({ addOnConditions: notReady, taints: [down, slow] })],
    a(false),
    [
      { ...down, timeAdded },
      { ...slow, timeAdded },
    ],
  ],
  'what one adds and a younger one removes is not there': [
    [
      policy({ name: 'young', creationTimestamp: '2026-02-01T00:00:00Z', removeOnConditions: notReady }),
      policy({ name: 'old', addOnConditions: notReady }),
    ],
    a(false),
    undefined,
  ],
  'what one removes and a younger one adds is there': [
    [
      policy({ name: 'young', creationTimestamp: '2026-02-01T00:00:00Z', addOnConditions: notReady }),
      policy({ name: 'old', removeOnConditions: notReady }),
    ],
    a(false),
    [{ ...down, timeAdded }],
  ],
}

for (const [what, [policies, tainted, taints]] of Object.entries(rows))
  test(what, () => assert.deepEqual(taintsUnder(policies, tainted, now), taints))

test('nothing new is the same list', () => {
  const tainted = a(false, [old])
  assert.equal(taintsUnder([policy({ addOnConditions: notReady })], tainted, now), tainted.spec.taints)
})
