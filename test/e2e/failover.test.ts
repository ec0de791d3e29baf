import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const labels = { app: 'web' }

const objects = (name: string, application: Json): readonly Json[] => [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } },
    },
  },
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name },
    spec: {
      resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
      propagateDeps: true,
      placement: { spreadConstraints: [{ spreadByField: 'cluster', maxGroups: 1, minGroups: 1 }] },
      failover: { application: { decisionConditions: { tolerationSeconds: 1 }, ...application } },
    },
  },
]

/** Gives the workload an image in member1 that a simulated kubelet never finds. */
const broken = (name: string): Json => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'OverridePolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
    overrideRules: [
      {
        targetCluster: { clusterNames: ['member1'] },
        overriders: { imageOverrider: [{ component: 'Tag', operator: 'replace', value: 'missing' }] },
      },
    ],
  },
})

describe('an application that fails in its cluster', () => {
  let flotilla: Up
  let k: Kubectl
  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => assert.equal(await flotilla.stop(), 0))

  const apply = async (...all: readonly Json[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], all.map((object) => stringify(object)).join('---\n'))
    assert.equal(code, 0, err)
  }
  const spec = async (name: string) => (await k.json('rb', `${name}-deployment`)).spec
  const runsIn = (name: string, cluster: string, ready = 2) =>
    eventually(async () => {
      assert.deepEqual(
        (await spec(name)).clusters.map((target: Json) => target.name),
        [cluster],
      )
      assert.equal((await k.json('deployment', name)).status?.readyReplicas, ready)
    })
  const begin = async (name: string, application: Json) => {
    await apply(...objects(name, application))
    await runsIn(name, 'member1')
    await apply(broken(name))
  }

  test('moves, and its old copy goes when the new one is healthy', async () => {
    await begin('web', { purgeMode: 'Gracefully' })
    await runsIn('web', 'member2')
    await eventually(async () => {
      assert.deepEqual((await spec('web')).gracefulEvictionTasks ?? [], [])
      const { code } = await k.run(['--context', 'member1', 'get', 'deployment', 'web'])
      assert.notEqual(code, 0)
    })
    const events = await k('get', 'events', '--field-selector', 'reason=EvictWorkloadFromClusterSucceed')
    assert.match(events, /deployment\/web +Evicted from cluster member1/)
  })

  test('leaves its old copy where it is when nobody may remove it', async () => {
    await begin('kept', { purgeMode: 'Never' })
    await runsIn('kept', 'member2', 4) // the old copy's pods of the image before run on
    const { gracefulEvictionTasks } = await spec('kept')
    assert.deepEqual(
      gracefulEvictionTasks.map(({ creationTimestamp: _, ...task }: Json) => task),
      [
        {
          fromCluster: 'member1',
          purgeMode: 'Never',
          replicas: 2,
          reason: 'ApplicationFailure',
          producer: 'resource-binding-application-failover-controller',
          suppressDeletion: true,
        },
      ],
    )
    await k('--context', 'member1', 'get', 'deployment', 'kept')
  })

  test('tells its new copy of the old one', async () => {
    const rules = [{ aliasLabelName: 'example.com/ready-before', jsonPath: '{.readyReplicas}' }]
    // Nowhere does it become healthy, so that the failover is not over.
    await apply(...objects('stateful', { purgeMode: 'Directly', statePreservation: { rules } }))
    await runsIn('stateful', 'member1')
    const everywhere = broken('stateful')
    await apply({
      ...everywhere,
      spec: {
        ...everywhere.spec,
        overrideRules: everywhere.spec.overrideRules.map(({ overriders }: Json) => ({ overriders })),
      },
    })
    await eventually(async () => {
      const { metadata } = await k.json('deployment', 'stateful', '--context', 'member2')
      assert.equal(metadata.labels['example.com/ready-before'], '2')
    })
  })

  test('may have its cluster tainted and a remedy named by the conditions it has', async () => {
    const ready = [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }]
    const onReady = [{ clusterConditionMatch: { conditionType: 'Ready', operator: 'Equal', conditionStatus: 'True' } }]
    await apply(
      {
        apiVersion: 'policy.karmada.io/v1alpha1',
        kind: 'ClusterTaintPolicy',
        metadata: { name: 'marked' },
        spec: {
          targetClusters: { clusterNames: ['member2'] },
          addOnConditions: ready,
          taints: [{ key: 'marked', effect: 'NoSchedule' }],
        },
      },
      {
        apiVersion: 'remedy.karmada.io/v1alpha1',
        kind: 'Remedy',
        metadata: { name: 'traffic' },
        spec: { clusterAffinity: { clusterNames: ['member2'] }, decisionMatches: onReady, actions: ['TrafficControl'] },
      },
    )
    await eventually(async () => {
      const { spec, status } = await k.json('cluster', 'member2')
      assert.deepEqual(
        spec.taints?.map(({ key, effect }: Json) => `${key}:${effect}`),
        ['marked:NoSchedule'],
      )
      assert.deepEqual(status.remedyActions, ['TrafficControl'])
    })
    await k('delete', 'clustertaintpolicy', 'marked')
    await k('delete', 'remedy', 'traffic')
    await eventually(async () => assert.equal((await k.json('cluster', 'member2')).status.remedyActions, undefined))
    const { spec } = await k.json('cluster', 'member2')
    assert.equal(spec.taints.length, 1) // a policy that goes leaves what it did
    await k('patch', 'cluster', 'member2', '--type=merge', '-p', '{"spec":{"taints":[]}}')
  })

  test('stays when its state would be lost, and an event says why', async () => {
    const rules = [{ aliasLabelName: 'example.com/step', jsonPath: '{.step}' }]
    await begin('careful', { purgeMode: 'Directly', statePreservation: { rules } })
    await eventually(async () => {
      const events = await k('get', 'events', '--field-selector', 'reason=EvictWorkloadFromClusterFailed')
      assert.match(
        events,
        /deployment\/careful +it stays in cluster member1, for its state cannot be preserved: the status/,
      )
    })
    assert.deepEqual(
      (await spec('careful')).clusters.map((target: Json) => target.name),
      ['member1'],
    )
  })
})
