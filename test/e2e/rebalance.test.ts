import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }
const strategies: Readonly<Record<string, Json>> = {
  'fixed weights': {
    weightPreference: {
      staticWeightList: ['member1', 'member2'].map((name) => ({ targetCluster: { clusterNames: [name] }, weight: 1 })),
    },
  },
  'what clusters can take': { weightPreference: { dynamicWeight: 'AvailableReplicas' } },
}

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: 'web' } },
  spec: {
    replicas: 6,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
  },
})

const policy = (strategy: Json) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'web' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    placement: {
      clusterAffinity: { clusterNames: ['member1', 'member2'] },
      replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted', ...strategy },
    },
  },
})

const rebalancer = (name: string, spec: Json) => ({
  apiVersion: 'apps.karmada.io/v1alpha1',
  kind: 'WorkloadRebalancer',
  metadata: { name },
  spec,
})

/** A cluster is drained and comes back: with a real kubectl. */
describe('a workload that had to leave a cluster', () => {
  let flotilla: Up
  let k: Kubectl

  const apply = async (...objects: readonly Json[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'))
    assert.equal(code, 0, err)
  }
  const taint = (...taints: readonly Json[]) =>
    k('patch', 'cluster', 'member1', '--type=merge', '-p', JSON.stringify({ spec: { taints } }))
  const placed = async (name = 'web'): Promise<Readonly<Record<string, number>>> => {
    const { spec } = await k.json('rb', `${name}-deployment`)
    return Object.fromEntries((spec.clusters ?? []).map(({ name, replicas }: Json) => [name, replicas]))
  }
  const ready = async (replicas: number) => {
    const { status } = await k.json('deployment', 'web')
    assert.equal(status?.readyReplicas, replicas)
  }

  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  for (const [what, strategy] of Object.entries(strategies))
    test(`comes back by ${what} when that is asked for, and not before`, async () => {
      await apply(deployment('web'), policy(strategy))
      await eventually(async () => {
        await ready(6)
        assert.deepEqual(await placed(), { member1: 3, member2: 3 })
      })
      await taint({ key: 'drained', effect: 'NoExecute' })
      await eventually(async () => {
        assert.deepEqual(await placed(), { member2: 6 })
        const { spec } = await k.json('rb', 'web-deployment')
        assert.deepEqual(spec.gracefulEvictionTasks ?? [], [])
        await ready(6)
      })
      await taint()
      await apply(deployment('new')) // by now the scheduler knows that the cluster is back
      await eventually(async () => assert.deepEqual(await placed('new'), { member1: 3, member2: 3 }))
      assert.deepEqual(await placed(), { member2: 6 })
      const { metadata } = await k.json('rb', 'web-deployment')
      await apply(rebalancer('back', { workloads: [web, { ...web, name: 'ghost' }] }))
      await eventually(async () => {
        assert.deepEqual(await placed(), { member1: 3, member2: 3 })
        await ready(6)
      })
      const { status, spec } = await k.json('workloadrebalancer', 'back')
      assert.deepEqual(status.observedWorkloads, [
        { workload: { ...web, name: 'ghost' }, result: 'Failed', reason: 'ReferencedBindingNotFound' },
        { workload: web, result: 'Successful' },
      ])
      assert.equal(status.observedGeneration, 1)
      assert.ok(status.finishTime)
      assert.equal(spec.ttlSecondsAfterFinished, undefined)
      const binding = await k.json('rb', 'web-deployment')
      assert.ok(Date.parse(binding.status.lastScheduledTime) >= Date.parse(binding.spec.rescheduleTriggeredAt))
      assert.ok(binding.metadata.generation > metadata.generation)
      await k('delete', 'workloadrebalancer', 'back')
      await k('delete', 'deployment/web', 'deployment/new', 'propagationpolicy/web')
      await eventually(async () => assert.notEqual((await k.run(['get', 'rb', 'web-deployment'])).code, 0))
    })

  test('may have a rebalancer that goes by itself', async () => {
    await apply(rebalancer('short', { workloads: [web], ttlSecondsAfterFinished: 1 }))
    await eventually(async () => assert.match((await k.run(['get', 'workloadrebalancer', 'short'])).err, /NotFound/))
  })

  test('has none that names no workload', async () => {
    const { err } = await k.run(['apply', '-f', '-'], stringify(rebalancer('empty', { workloads: [] })))
    assert.match(err, /spec\.workloads/)
  })
})
