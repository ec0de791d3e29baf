import assert from 'node:assert/strict'
import { test } from 'node:test'
import { annotation } from '@flotilla/sdk'
import { binding, type ClusterWords, cluster, examineFilter, examineScore } from '@flotilla/sdk/testing'
import { verdictOn } from './cluster-expression.ts'
import { clusterScore } from './cluster-score.ts'
import { clusterSelector } from './cluster-selector.ts'

const mismatch = 'cluster(s) did not match the cluster selector expression'

const gold = cluster({
  name: 'gold',
  labels: { tier: 'gold' },
  annotations: { 'example.com/cost': '3' },
  provider: 'p',
  region: 'eu',
  zones: ['eu-a', 'eu-b'],
  taints: [{ key: 'gpu', effect: 'NoSchedule' }],
  status: {
    kubernetesVersion: 'v1.31.2',
    apiEnablements: [{ groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment' }] }],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'ClusterReady',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
    nodeSummary: { totalNum: 3, readyNum: 2 },
    resourceSummary: {
      allocatable: { cpu: '8', memory: '32Gi', pods: 110 },
      allocated: { cpu: '3500m', memory: '8Gi' },
      allocating: { cpu: '500m' },
    },
  },
})
const plain = cluster({ name: 'plain', status: { apiEnablements: [], conditions: [] } })
const both = [gold, plain]

const selecting = (text: string, words: Parameters<typeof binding>[0] = {}) => ({
  clusters: both,
  binding: binding({ ...words, annotations: { [annotation.clusterSelector]: text } }),
})
/** An expression, and the clusters it selects. */
const selects: Readonly<Record<string, string>> = {
  'cluster.metadata.name == "plain"': 'plain',
  'cluster.metadata.labels.exists(key, key == "tier") && cluster.metadata.labels.tier == "gold"': 'gold',
  '"example.com/cost" in cluster.metadata.annotations && int(cluster.metadata.annotations["example.com/cost"]) < 5':
    'gold',
  'cluster.spec.region.startsWith("eu") && cluster.spec.provider == "p"': 'gold',
  '"eu-b" in cluster.spec.zones': 'gold',
  'cluster.spec.zone == "" && cluster.spec.zones == []': 'plain',
  '!cluster.spec.taints.exists(taint, taint.key == "gpu" && taint.value == "")': 'plain',
  'cluster.spec.syncMode == "Push"': 'gold plain',
  'cluster.status.kubernetesVersion != "" && semver(cluster.status.kubernetesVersion).isGreaterThan(semver("1.31"))':
    'gold',
  'cluster.status.apiEnablements.exists(api, api.groupVersion == "apps/v1" && api.resources.exists(each, each.kind == "Deployment"))':
    'gold',
  'cluster.status.conditions.exists(each, each.type == "Ready" && each.status == "True")': 'gold',
  'cluster.status.nodeSummary.totalNum - cluster.status.nodeSummary.readyNum > 0': 'gold',
  'has(cluster.status.resourceSummary.free.cpu) && cluster.status.resourceSummary.free.cpu == 4.0': 'gold',
  'has(cluster.status.resourceSummary.free.memory) && cluster.status.resourceSummary.free.memory > quantity("20Gi")':
    'gold',
  'has(cluster.status.resourceSummary.free.pods) && cluster.status.resourceSummary.free.pods + 0.5 == 110.5': 'gold',
}

examineFilter(
  clusterSelector,
  Object.fromEntries(
    Object.entries(selects).map(([text, names]) => {
      const refused = ['gold', 'plain'].filter((name) => !names.split(' ').includes(name))
      return [text, { given: selecting(text), refuses: Object.fromEntries(refused.map((name) => [name, mismatch])) }]
    }),
  ),
)

const untold = 'cluster(s) could not be told by the cluster selector:'
const byTier = 'cluster.metadata.labels.tier == "gold"'
const byRoom = 'cluster.metadata.name == "nowhere" || cluster.status.resourceSummary.free.cpu > 100.0'

examineFilter(clusterSelector, {
  'without an expression every cluster will do': { given: { clusters: both } },
  'an empty one is none': { given: selecting('') },
  'a cluster it has no value for is refused, with the reason': {
    given: selecting(byTier),
    refuses: {
      plain: `${untold} the expression ${byTier} has no value: line 1, column 24: field not found: tier`,
    },
  },
  'its value has to be true or false': {
    given: selecting('1 + 1'),
    refuses: {
      gold: `${untold} its value has to be true or false, not 2`,
      plain: `${untold} its value has to be true or false, not 2`,
    },
  },
  'what is there does not stay when it does not fit any more': {
    given: selecting('cluster.metadata.name == "plain"', { clusters: { gold: 1 } }),
    refuses: { gold: mismatch },
  },
  'but when it is about room, which the workload takes itself': {
    given: { ...selecting(byRoom, { clusters: { gold: 1 } }), clusters: [gold] },
  },
  'which is not there for others': {
    given: { ...selecting(byRoom), clusters: [gold] },
    refuses: { gold: { reason: mismatch, resolvable: true } },
  },
})

const scoring = (text: string) => ({
  clusters: both,
  binding: binding({ annotations: { [annotation.clusterScore]: text } }),
})

examineScore(clusterScore, {
  'without an expression there is no opinion': { given: { clusters: both } },
  'clusters are worth what it says': {
    given: scoring('cluster.metadata.name == "gold" ? 80 : 10'),
    scores: { gold: 80, plain: 10 },
  },
  'from 0 to 100': {
    given: scoring('cluster.metadata.name == "gold" ? 1000.5 : -3.0'),
    scores: { gold: 100, plain: 0 },
  },
  'nothing where it has no number': { given: scoring('cluster.spec.region'), scores: { gold: 0, plain: 0 } },
  'nothing where it has no value': {
    given: scoring('cluster.status.resourceSummary.free.cpu * 10.0'),
    scores: { gold: 40, plain: 0 },
  },
})

test('an expression is evaluated once for each version of a cluster', () => {
  const text = 'cluster.metadata.labels'
  assert.equal(verdictOn(text, gold), verdictOn(text, gold))
  const relabelled = cluster({ name: 'gold', labels: { tier: 'silver' } } satisfies ClusterWords)
  assert.deepEqual(verdictOn(text, relabelled), { value: { tier: 'silver' } })
})

test('no more is remembered than is bounded', () => {
  const first = verdictOn('0', plain)
  for (let i = 1; i < 300; i++) verdictOn(String(i), plain)
  assert.notEqual(verdictOn('0', plain), first)
})
