import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { amountsOf } from '../simulation/amounts.ts'
import { createAnswers } from './answers.ts'
import type { NodeFacts, PodFacts, QuotaFacts } from './facts.ts'
import { handStore } from './hand-store.test-support.ts'
import { Ledger } from './ledger.ts'

const now = new Date('2026-01-01T01:00:00Z')
const minute = 60_000
const { signal } = new AbortController()

const replicaSet = (uid: string, revision: string, owner = 'd1'): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: uid,
    namespace: 'shop',
    uid,
    labels: { app: 'web' },
    annotations: { 'deployment.kubernetes.io/revision': revision },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: owner, controller: true }],
  },
})

const deployment: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'd1' },
  spec: { selector: { matchLabels: { app: 'web' } } },
}

function newAnswers(objects: readonly Manifest[] = []) {
  const stores = { nodes: handStore<NodeFacts>(), pods: handStore<PodFacts>(), quotas: handStore<QuotaFacts>() }
  const host = fakeHost({ objects })
  const { client, metrics } = host
  const answers = createAnswers({ cluster: 'paris', ledger: new Ledger(stores), client, metrics, now: () => now })
  const stuck = (name: string, owner: string, age: number) =>
    stores.pods.put({ metadata: { name }, requests: new Map(), stuck: { owner, since: now.getTime() - age } })
  return { ...stores, answers, stuck }
}

const node: NodeFacts = {
  metadata: { name: 'a' },
  name: 'a',
  labels: {},
  taints: [],
  isCordoned: false,
  allocatable: amountsOf({ cpu: 4, pods: 3 }),
}

describe('an estimator', () => {
  test('counts replicas and sets of its cluster', async () => {
    const { nodes, answers } = newAnswers()
    nodes.put(node)
    assert.deepEqual(await answers.replicas({ cluster: 'paris' }), { maxReplicas: 3 })
    assert.deepEqual(await answers.sets({ cluster: 'paris', components: [{ name: 'a', replicas: 2 }] }), { maxSets: 1 })
  })
  test('refuses to speak for another', async () => {
    const { answers } = newAnswers()
    const other = { code: 'ESTIMATOR_OTHER_CLUSTER', message: /the estimator of paris, not of rome/ }
    await assert.rejects(answers.replicas({ cluster: 'rome' }), other)
    await assert.rejects(answers.sets({ cluster: 'rome' }), other)
    await assert.rejects(answers.unschedulable({ cluster: 'rome' }, signal), other)
    await assert.rejects(answers.replicas({}), { code: 'ESTIMATOR_OTHER_CLUSTER' })
  })
})

describe('pods without a node', () => {
  const asked = { cluster: 'paris', resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }, unschedulableThreshold: 5 * minute * 1e6 } // biome-ignore format: one question

  test('are those of the newest revision, without one for long enough', async () => {
    const { answers, stuck } = newAnswers([deployment, replicaSet('old', '9'), replicaSet('new', '10')])
    stuck('p1', 'new', 6 * minute)
    stuck('p2', 'new', 5 * minute)
    stuck('p3', 'new', 4 * minute)
    stuck('p4', 'old', 9 * minute)
    assert.deepEqual(await answers.unschedulable(asked, signal), { unschedulableReplicas: 2 })
  })
  test('of another Deployment with the same labels do not count', async () => {
    const { answers, stuck } = newAnswers([deployment, replicaSet('other', '1', 'd2')])
    stuck('p1', 'other', 6 * minute)
    assert.deepEqual(await answers.unschedulable(asked, signal), { unschedulableReplicas: 0 })
  })
  test('are none where there is no Deployment', async () => {
    assert.deepEqual(await newAnswers().answers.unschedulable(asked, signal), { unschedulableReplicas: 0 })
  })
  test('are only known of Deployments', async () => {
    const resource = { ...asked.resource, kind: 'StatefulSet' }
    await assert.rejects(newAnswers().answers.unschedulable({ ...asked, resource }, signal), { code: 'ESTIMATOR_KIND' })
  })
})
