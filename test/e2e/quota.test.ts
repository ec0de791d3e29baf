import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const quota = (spec: object, annotations: object = {}) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'FederatedResourceQuota',
  metadata: { name: 'team', annotations },
  spec,
})

const app = (name: string, replicas: number, cpu = '1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { name } },
    template: {
      metadata: { labels: { name } },
      spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu } } }] },
    },
  },
})

const policy = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'spread' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    placement: {
      replicaScheduling: {
        replicaSchedulingType: 'Divided',
        replicaDivisionPreference: 'Weighted',
        weightPreference: { dynamicWeight: 'AvailableReplicas' },
      },
    },
  },
}

/** A namespace with limits over all clusters, and in each of them. */
describe('a namespace with a quota', () => {
  let flotilla: Up
  let k: Kubectl

  const apply = async (...items: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    assert.equal(code, 0, err)
  }
  const inMember = async (member: string): Promise<Json> => {
    const out = await k('--context', member, 'get', 'resourcequota', 'team', '--ignore-not-found', '-o', 'json')
    return out === '' ? undefined : JSON.parse(out)
  }
  const conditionOf = (object: Json, type: string): Json =>
    object.status?.conditions?.find((each: Json) => each.type === type)
  const scheduled = async (name: string): Promise<Json> =>
    conditionOf(await k.json('rb', `${name}-deployment`), 'Scheduled')
  const placed = async (name: string): Promise<Json> => {
    const { spec } = await k.json('rb', `${name}-deployment`)
    return Object.fromEntries((spec.clusters ?? []).map((target: Json) => [target.name, target.replicas]))
  }

  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const { items } = await k.json('clusters')
      assert.equal(items.filter((cluster: Json) => cluster.status?.resourceSummary).length, 2)
    })
    await apply(
      quota({
        overall: { cpu: '10' },
        staticAssignments: [
          { clusterName: 'member1', hard: { cpu: '6' } },
          { clusterName: 'member2', hard: { cpu: '3' } },
        ],
      }),
      policy,
    )
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('has a ResourceQuota in each cluster that is given something, and says that they hold', async () => {
    await eventually(async () => {
      assert.equal((await inMember('member1'))?.spec.hard.cpu, '6')
      assert.equal((await inMember('member2'))?.spec.hard.cpu, '3')
      const assigned = conditionOf(await k.json('federatedresourcequota', 'team'), 'Assigned')
      assert.deepEqual([assigned?.status, assigned?.reason], ['True', 'AllAssigned'])
    })
  })

  test('has its limits put right where somebody changes them by hand', async () => {
    const edit = JSON.stringify({ spec: { hard: { cpu: '600' } } })
    await k('--context', 'member1', 'patch', 'resourcequota', 'team', '--type=merge', '-p', edit)
    await eventually(async () => assert.equal((await inMember('member1')).spec.hard.cpu, '6'))
  })

  test('says so while they cannot be put right: its Work is suspended', async () => {
    const { items } = await k.json('works', '-n', 'karmada-es-member2', '-l', 'federatedresourcequota.karmada.io/name')
    const suspend = (suspendDispatching: boolean) =>
      k('patch', 'work', items[0].metadata.name, '-n', 'karmada-es-member2', '--type=merge', '-p', JSON.stringify({ spec: { suspendDispatching } })) // biome-ignore format: one command
    const assigned = async () => conditionOf(await k.json('federatedresourcequota', 'team'), 'Assigned')
    await suspend(true)
    const edit = JSON.stringify({ spec: { hard: { cpu: '600' } } })
    await k('--context', 'member2', 'patch', 'resourcequota', 'team', '--type=merge', '-p', edit)
    await eventually(async () => {
      const { status, reason, message } = await assigned()
      assert.deepEqual([status, reason], ['False', 'Drifted'])
      assert.match(message, /^member2: /)
    })
    await suspend(false)
    await eventually(async () => {
      assert.equal((await inMember('member2')).spec.hard.cpu, '3')
      assert.equal((await assigned()).status, 'True')
    })
  })

  test('divides replicas by what quotas leave in each cluster, and says what is used', async () => {
    await apply(app('web', 6))
    await eventually(async () => assert.deepEqual(await placed('web'), { member1: 4, member2: 2 }))
    await eventually(async () => {
      const { status } = await k.json('federatedresourcequota', 'team')
      assert.deepEqual(status.overallUsed, { cpu: '6' })
      assert.deepEqual(status.aggregatedStatus, [
        { clusterName: 'member1', hard: { cpu: '6' }, used: { cpu: '4' } },
        { clusterName: 'member2', hard: { cpu: '3' }, used: { cpu: '2' } },
      ])
    })
    assert.match(await k('get', 'federatedresourcequota', 'team'), /OVERALL_USED\nteam +map\[cpu:10\] +map\[cpu:6\]/)
  })

  test('is reported, for people and for scripts', async () => {
    const report = (...args: readonly string[]) => run('quota', 'report', ...args, '--kubeconfig', flotilla.kubeconfig)
    const { code, out } = await report('-A')
    assert.equal(code, 0)
    assert.match(out, /default +team +<all> +cpu +6 +10 +60%\ndefault +team +member1 +cpu +4 +6 +66%/)
    const { shares } = JSON.parse((await report('team', '-o', 'json')).out)
    assert.deepEqual(shares[0], {
      namespace: 'default',
      quota: 'team',
      resource: 'cpu',
      used: '6',
      hard: '10',
      ratio: 0.6,
    })
    const missing = await report('nothing')
    assert.deepEqual([missing.code, missing.err], [1, 'flotilla: there is no quota nothing\n'])
  })

  test('refuses what is more than overall, and says so; what is freed lets it through', async () => {
    await apply(quota({ overall: { cpu: '7' } }))
    await apply(app('big', 3))
    await eventually(async () => {
      const { status, reason, message } = (await scheduled('big')) ?? {}
      assert.deepEqual([status, reason], ['False', 'QuotaExceeded'])
      assert.match(message, /FederatedResourceQuota\(default\/team\) exceeded for resource cpu: requested sum 9, limit 7\. Used 6, requested 3 more\./) // biome-ignore format: one sentence
    })
    assert.deepEqual(await placed('big'), {})
    await k('scale', 'deployment', 'web', '--replicas', '4')
    await eventually(async () => {
      assert.equal((await scheduled('big'))?.status, 'True')
      const { status } = await k.json('federatedresourcequota', 'team')
      assert.deepEqual(status.overallUsed, { cpu: '7' })
    })
  })

  test('ends nothing that runs when its limit is lowered, and says that it is exceeded', async () => {
    await apply(quota({ overall: { cpu: '5' } }))
    await eventually(async () => {
      const within = conditionOf(await k.json('federatedresourcequota', 'team'), 'WithinLimits')
      assert.deepEqual([within?.status, within?.reason], ['False', 'LimitsExceeded'])
      assert.match(within.message, /^cpu: 7 used of 5\./)
    })
    const { items } = await k.json('rb')
    const replicas = items.flatMap(({ spec }: Json) => spec.clusters ?? []).map((target: Json) => target.replicas)
    assert.equal(
      replicas.reduce((sum: number, each: number) => sum + each, 0),
      7,
    )
  })

  test('takes its limits away from clusters with itself, and those of clusters by label come and go with the label', async () => {
    await eventually(async () => assert.equal(await inMember('member1'), undefined))
    const caps = JSON.stringify([{ labelSelector: { matchLabels: { tier: 'edge' } }, hard: { pods: '50' } }])
    await apply(quota({ overall: { cpu: '10' } }, { 'quota.flotilla.dev/cluster-caps': caps }))
    await k('label', 'cluster', 'member2', 'tier=edge')
    await eventually(async () => assert.equal((await inMember('member2'))?.spec.hard.pods, '50'))
    assert.equal(await inMember('member1'), undefined)
    await k('label', 'cluster', 'member2', 'tier-')
    await eventually(async () => assert.equal(await inMember('member2'), undefined))
    await k('label', 'cluster', 'member1', 'tier=edge')
    await eventually(async () => assert.equal((await inMember('member1'))?.spec.hard.pods, '50'))
    await k('delete', 'federatedresourcequota', 'team')
    await eventually(async () => assert.equal(await inMember('member1'), undefined))
  })

  test('keeps the place of a workload that has to leave a cluster: who waits does not get it', async () => {
    await k('delete', 'deployment', 'web', 'big')
    await apply(quota({ overall: { cpu: '4' } }))
    await apply(app('moving', 4))
    await eventually(async () => assert.deepEqual(await placed('moving'), { member1: 2, member2: 2 }))
    await apply(app('late', 1))
    await eventually(async () => assert.equal((await scheduled('late'))?.reason, 'QuotaExceeded'))
    const taints = [{ key: 'broken', effect: 'NoExecute' }]
    await k('patch', 'cluster', 'member1', '--type=merge', '-p', JSON.stringify({ spec: { taints } }))
    await eventually(async () => assert.deepEqual(await placed('moving'), { member2: 4 }))
    assert.deepEqual(await placed('late'), {})
    const { status } = await k.json('federatedresourcequota', 'team')
    assert.deepEqual(status.overallUsed, { cpu: '4' })
  })

  test('is refused when it says what cannot be kept', async () => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(quota({ overall: { cpu: '-1' } })))
    assert.equal(code, 1)
    assert.match(err, /spec\.overall\[cpu\]: Invalid value: "-1": must not be negative/)
  })
})
