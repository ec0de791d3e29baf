import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const configMap = (name: string, labels: Json = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data: { name },
})

const policy = (name: string, placement: Json, more: Json = {}) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name }], placement, ...more },
})

/** What waits to be scheduled, for what, with a real kubectl. */
describe('what cannot be placed', () => {
  let flotilla: Up
  let k: Kubectl

  const apply = async (...objects: readonly Json[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'))
    assert.equal(code, 0, err)
  }
  const clusters = async (patch: Json) => {
    for (const name of ['member1', 'member2'])
      await k('patch', 'cluster', name, '--type=merge', '-p', JSON.stringify(patch))
  }
  const scheduled = async (name: string): Promise<Json> => {
    const { status } = await k.json('rb', `${name}-configmap`)
    return status?.conditions?.find(({ type }: Json) => type === 'Scheduled')
  }
  const metric = async (line: string): Promise<number> => {
    const metrics = await k('get', '--raw', '/metrics')
    return Number(
      metrics
        .split('\n')
        .find((each) => each.startsWith(line))
        ?.split(' ')
        .at(-1) ?? 0,
    )
  }
  const waiting = (queue: string) => metric(`scheduler_pending_bindings{queue="${queue}"}`)
  const attempts = () =>
    metric('karmada_scheduler_schedule_attempts_total{result="error",schedule_type="ReconcileSchedule"}')

  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('waits for what could help it, and for nothing else', async () => {
    await clusters({ spec: { taints: [{ key: 'closed', effect: 'NoSchedule' }] } })
    const edge = { clusterAffinity: { labelSelector: { matchLabels: { tier: 'edge' } } } }
    await apply(configMap('tainted'), policy('tainted', {}), configMap('edge'), policy('edge', edge))
    await eventually(async () => {
      assert.equal((await scheduled('tainted'))?.reason, 'NoClusterFit')
      assert.equal((await scheduled('edge'))?.reason, 'NoClusterFit')
      assert.deepEqual([await waiting('unschedulable'), await waiting('active'), await waiting('backoff')], [2, 0, 0])
    })
    const before = await attempts()
    await clusters({ metadata: { labels: { tier: 'edge' } } })
    await eventually(async () =>
      assert.match((await scheduled('edge'))?.message, /2 cluster\(s\) had untolerated taint \{closed:NoSchedule\}/),
    )
    assert.ok((await attempts()) <= before + 2, 'the one that waits for taints alone was not tried for a label')
    await clusters({ spec: { taints: null } })
    await eventually(async () => {
      for (const name of ['tainted', 'edge']) assert.equal((await scheduled(name))?.status, 'True')
      assert.equal(await waiting('unschedulable'), 0)
    })
    assert.ok((await metric('karmada_scheduler_queue_incoming_bindings_total{event="ClusterChanged"}')) >= 2)
    const { spec } = await k.json('rb', 'tainted-configmap')
    assert.deepEqual(
      spec.clusters.map(({ name }: Json) => name),
      ['member1', 'member2'],
    )
  })

  test('is told its priority by its policy', async () => {
    await apply(
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'soon' }, value: 1000 },
      configMap('urgent'),
      policy(
        'urgent',
        {},
        { schedulePriority: { priorityClassSource: 'KubePriorityClass', priorityClassName: 'soon' } },
      ),
    )
    await eventually(async () => {
      assert.equal((await scheduled('urgent'))?.status, 'True')
      assert.equal((await k.json('rb', 'urgent-configmap')).spec.schedulePriority.priority, 1000)
    })
  })

  test('stays where it is while its scheduling is suspended', async () => {
    const suspend = (scheduling: boolean) =>
      k(
        'patch',
        'rb',
        'urgent-configmap',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { suspension: { scheduling } } }),
      )
    const where = async (name: string) =>
      (await k.json('rb', `${name}-configmap`)).spec.clusters?.map(({ name }: Json) => name)
    const near = { clusterAffinity: { clusterNames: ['member1'] } }
    await suspend(true)
    await apply(policy('urgent', near), configMap('next'), policy('next', near))
    await eventually(async () => {
      assert.deepEqual((await k.json('rb', 'urgent-configmap')).spec.placement, near)
      assert.deepEqual(await where('next'), ['member1'])
    })
    assert.deepEqual(await where('urgent'), ['member1', 'member2'])
    await suspend(false)
    await eventually(async () => assert.deepEqual(await where('urgent'), ['member1']))
  })
})
