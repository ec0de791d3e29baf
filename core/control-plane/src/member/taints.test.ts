import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Cluster, type Condition, deepFreeze, type Taint } from '@flotilla/sdk'
import { taintsFor } from './taints.ts'

const now = new Date('2026-01-02T03:04:05Z')

const cluster = (ready: Condition['status'] | undefined, taints?: readonly Taint[]): Cluster =>
  deepFreeze({
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'member1' },
    spec: { syncMode: 'Push', ...(taints && { taints }) },
    status: {
      conditions: ready ? [{ type: 'Ready', status: ready, reason: '', message: '', lastTransitionTime: '' }] : [],
    },
  })

const notReady: Taint = { key: 'cluster.karmada.io/not-ready', effect: 'NoSchedule' }
const unreachable: Taint = { key: 'cluster.karmada.io/unreachable', effect: 'NoSchedule' }
const added = { timeAdded: '2026-01-02T03:04:05Z' }
const users: Taint = { key: 'gpu', effect: 'NoSchedule' }
const usersOwn: Taint = { key: 'cluster.karmada.io/not-ready', effect: 'NoExecute' }

describe('taints', () => {
  const cases: Record<string, readonly [Cluster, readonly Taint[]]> = {
    'none on a cluster that is ready': [cluster('True', [notReady, unreachable, users]), [users]],
    'not-ready on one that is not': [cluster('False', [unreachable, users]), [users, { ...notReady, ...added }]],
    'not-ready on one that never said': [cluster(undefined), [{ ...notReady, ...added }]],
    'unreachable on one that is silent': [cluster('Unknown', [notReady]), [{ ...unreachable, ...added }]],
    'of users are theirs': [cluster('True', [usersOwn]), [usersOwn]],
  }
  for (const [name, [given, expected]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(taintsFor(given, now), expected))
  }
  test('that are as they should be stay as they are', () => {
    for (const given of [cluster('False', [users, notReady]), cluster('True', [users])]) {
      assert.equal(taintsFor(given, now), given.spec.taints)
    }
  })
})
