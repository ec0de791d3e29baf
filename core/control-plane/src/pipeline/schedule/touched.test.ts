import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { annotation, type Cluster, type Condition, label } from '@flotilla/sdk'
import { type BindingWords, binding, type ClusterWords, cluster } from '@flotilla/sdk/testing'
import { concerns, isNews, isOtherCluster, isOtherToExpressions, isOurs } from './touched.ts'

const isScheduled: Condition = {
  type: 'Scheduled',
  status: 'True',
  reason: 'Success',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}
const labels = { [label.propagationPolicyId]: 'id' }
const ownership = { schedulers: new Set(['default-scheduler', 'profiled']) }
const ours = { labels, placement: {}, schedulerName: 'default-scheduler' }

describe('a binding is scheduled here', () => {
  const cases: Record<string, readonly [BindingWords, boolean]> = {
    'when a policy claims it': [ours, true],
    'when a cluster-wide policy claims it': [{ ...ours, labels: { [label.clusterPropagationPolicyId]: 'id' } }, true],
    'when another controller asks for it': [
      { ...ours, labels: { [label.bindingManagedBy]: 'MultiClusterService' } },
      true,
    ],
    'when it names no scheduler': [{ ...ours, schedulerName: undefined }, true],
    'when it names the scheduler of a profile': [{ ...ours, schedulerName: 'profiled' }, true],
    'when it names another scheduler': [{ ...ours, schedulerName: 'mine' }, false],
    'when it is merely attached': [{ ...ours, labels: {} }, false],
    'when it has no placement': [{ ...ours, placement: undefined }, false],
    'when it is suspended': [{ ...ours, suspension: { scheduling: true } }, false],
    'when it is going': [{ ...ours, deletionTimestamp: '2026-01-01T00:00:00Z' }, false],
  }
  for (const [name, [words, here]] of Object.entries(cases))
    test(`${name}: ${here}`, () => assert.equal(isOurs(binding(words), ownership), here))
})

describe('a binding comes to be scheduled', () => {
  const before = binding({ ...ours, generation: 1 })
  const cases: Record<string, readonly [BindingWords, boolean]> = {
    'when its spec changes': [{ ...ours, generation: 2 }, true],
    'when it is going': [{ ...ours, generation: 1, deletionTimestamp: '2026-01-01T00:00:00Z' }, true],
    'when its policy has gone': [{ ...ours, generation: 1, labels: {} }, true],
    'when it has another label': [{ ...ours, generation: 1, labels: { ...labels, tier: 'gold' } }, false],
    'when its status changes': [{ ...ours, generation: 1, status: { conditions: [isScheduled] } }, false],
    'when the note of what it was scheduled by is lost': [
      { ...ours, generation: 1, annotations: { [annotation.appliedPlacement]: '{}' } },
      true,
    ],
  }
  for (const [name, [words, does]] of Object.entries(cases))
    test(`${name}: ${does}`, () => assert.equal(isNews({ before, after: binding(words) }), does))
})

describe('a change of a cluster can change where bindings go', () => {
  const before = cluster()
  const taints = [{ key: 'a', effect: 'NoSchedule' } as const]
  const cases: Record<string, readonly [ClusterWords, boolean]> = {
    'when it has a new taint': [{ taints }, true],
    'when it has a new label': [{ labels: { tier: 'edge' } }, true],
    'when it serves something else': [{ status: { apiEnablements: [] } }, true],
    'when it is going': [{ deletionTimestamp: '2026-01-01T00:00:00Z' }, true],
    'when it says it is not ready': [{ ready: false }, false],
    'when it has more room': [{ status: { resourceSummary: { allocatable: { cpu: '9' } } } }, false],
    'when nothing changed': [{ resourceVersion: '9' }, false],
  }
  for (const [name, [words, can]] of Object.entries(cases))
    test(`${name}: ${can}`, () => assert.equal(isOtherCluster({ before, after: cluster(words) }), can))
  test('when it comes, and when it goes', () => {
    assert.equal(isOtherCluster({ after: before }), true)
    assert.equal(isOtherCluster({ before }), true)
  })
})

describe('a change of a cluster can change what expressions say of it', () => {
  const before = cluster()
  const cases: Record<string, readonly [ClusterWords, boolean]> = {
    'when it has a new label': [{ labels: { tier: 'edge' } }, true],
    'when it has a new annotation': [{ annotations: { cost: '3' } }, true],
    'when it is of another version': [{ status: { kubernetesVersion: 'v1.31.0' } }, true],
    'when it says it is not ready': [{ ready: false }, true],
    'when it has more room': [{ status: { resourceSummary: { allocatable: { cpu: '9' } } } }, false],
    'when nothing changed': [{ resourceVersion: '9' }, false],
  }
  for (const [name, [words, can]] of Object.entries(cases))
    test(`${name}: ${can}`, () => assert.equal(isOtherToExpressions({ before, after: cluster(words) }), can))
})

test('an expression of a binding is news, and what is noted of it', () => {
  const before = binding()
  const annotated = (key: string) => ({ before, after: binding({ annotations: { [key]: 'x' } }) })
  assert.ok(isNews(annotated('policy.flotilla.dev/cluster-selector')))
  assert.ok(isNews(annotated('policy.flotilla.dev/cluster-score')))
  assert.ok(isNews(annotated('policy.flotilla.dev/applied-cluster-expressions')))
  assert.ok(!isNews(annotated('example.com/other')))
})

describe('a change of a cluster concerns', () => {
  const near = { clusterAffinity: { labelSelector: { matchLabels: { tier: 'edge' } } } }
  const edge = cluster({ labels: { tier: 'edge' } })
  const terms = {
    clusterAffinities: [
      { affinityName: 'first', clusterNames: ['member1'] },
      { affinityName: 'second', clusterNames: ['member2'] },
    ],
  }
  const member2 = cluster({ name: 'member2' })
  const cases: Record<string, readonly [BindingWords, { before?: Cluster; after?: Cluster }, boolean]> = {
    'a binding that names it by what it becomes': [{ placement: near }, { before: cluster(), after: edge }, true],
    'a binding that named it by what it was': [{ placement: near }, { before: edge, after: cluster() }, true],
    'no binding that never did': [{ placement: near }, { after: cluster() }, false],
    'a binding that is there': [{ placement: near, clusters: { member1: 1 } }, { before: cluster() }, true],
    'a binding whose term in use names it': [
      { placement: terms, status: { schedulerObservingAffinityName: 'second' } },
      { after: member2 },
      true,
    ],
    'no binding that uses another term': [
      { placement: terms, status: { schedulerObservingAffinityName: 'first', conditions: [isScheduled] } },
      { after: member2 },
      false,
    ],
    'a binding whose term in use does not work out, when a later one names it': [
      { placement: terms, status: { schedulerObservingAffinityName: 'first' } },
      { after: member2 },
      true,
    ],
    'no binding whose term in use does not work out, when an earlier one names it': [
      { placement: terms, status: { schedulerObservingAffinityName: 'second' } },
      { after: cluster() },
      false,
    ],
    'a binding that uses no term yet': [{ placement: terms }, { after: member2 }, true],
    'no binding without a placement': [{ clusters: { member1: 1 } }, { after: cluster() }, false],
  }
  for (const [name, [words, change, does]] of Object.entries(cases))
    test(name, () => assert.equal(concerns(change, binding(words)), does))
})
