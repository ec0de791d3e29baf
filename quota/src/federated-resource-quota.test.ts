import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  admit,
  type Binding,
  clusterKind,
  executionNamespace,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  fieldAt,
  findCondition,
  keyOf,
  label,
  type Manifest,
  Registry,
  type ResourceList,
  resourceBindingKind,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { cluster, examinePlugin, type FakeHost, fakeHost, manifest, work } from '@flotilla/sdk/testing'
import { federatedResourceQuota } from './federated-resource-quota.ts'
import { memberQuota, quotaWork } from './member-quota.ts'
import { app, quota } from './objects.test-support.ts'

examinePlugin(federatedResourceQuota)

const space = (name: string): Manifest => manifest('v1', 'Namespace', { name: executionNamespace(name) })
const members = ['member1', 'member2'].flatMap((name) => [cluster({ name, labels: { tier: 'edge' } }), space(name)])
const assigned = quota({
  overall: { cpu: '10' },
  staticAssignments: [
    { clusterName: 'member1', hard: { cpu: '4' } },
    { clusterName: 'member2', hard: { cpu: '6' } },
  ],
})

const begin = (objects: readonly Manifest[], options?: object) => {
  const host = fakeHost({ objects, options })
  const registry = new Registry()
  for (const extension of federatedResourceQuota.extensions?.(host) ?? []) registry.add(extension)
  federatedResourceQuota.controllers?.(host)
  const run = async (name: string) => {
    await host.controllers.get(name)?.reconcile('shop/team')
  }
  const ask = (binding: Binding, before?: Binding, dryRun = false) =>
    registry.ask(admit.refuse, {
      operation: before ? 'UPDATE' : 'CREATE',
      key: keyOf(binding),
      manifest: binding,
      ...(before && { before }),
      user: 'scheduler',
      dryRun,
    })
  return { host, run, ask }
}

const works = (host: FakeHost): readonly Work[] => host.objects.store(workKind).list()
const found = (host: FakeHost): FederatedResourceQuota => {
  const there = host.objects.store(federatedResourceQuotaKind).get({ namespace: 'shop', name: 'team' })
  assert.ok(there)
  return there
}
const hardOf = ({ spec, metadata }: Work) => {
  const [manifest] = spec.workload?.manifests ?? []
  return [metadata.namespace, fieldAt(manifest, ['spec', 'hard'])]
}
const saying = (
  clusterName: string,
  hard: ResourceList,
  used: ResourceList,
  conditions: readonly object[] = [{ type: 'Applied', status: 'True', reason: 'AppliedSuccessful' }],
): Work =>
  ({
    ...quotaWork(quota(), { clusterName, hard }),
    status: {
      conditions,
      manifestStatuses: [
        {
          identifier: { ordinal: 0, version: 'v1', kind: 'ResourceQuota', resource: '', name: 'team' },
          status: { hard, used },
        },
      ],
    },
  }) as Work

describe('limits of single clusters', () => {
  test('are brought there, each by a Work that names the quota', async () => {
    const { host, run } = begin([...members, assigned])
    await run('sync')
    assert.deepEqual(works(host).map(hardOf), [
      ['karmada-es-member1', { cpu: '4' }],
      ['karmada-es-member2', { cpu: '6' }],
    ])
    const [first] = works(host)
    assert.equal(first?.metadata.labels?.[label.quotaName], 'team')
    assert.equal(first?.metadata.labels?.[label.quotaNamespace], 'shop')
    const before = host.objects.version
    await run('sync')
    assert.equal(host.objects.version, before, 'nothing is written twice')
  })
  test('follow the quota, and go where it gives none any more, and with it', async () => {
    const { host, run } = begin([...members, assigned])
    await run('sync')
    host.objects.put(quota({ staticAssignments: [{ clusterName: 'member2', hard: { cpu: '1' } }] }))
    for (const each of works(host)) host.objects.put({ ...each, metadata: { ...each.metadata, finalizers: [] } })
    await run('sync')
    assert.deepEqual(works(host).map(hardOf), [['karmada-es-member2', { cpu: '1' }]])
    for (const each of works(host)) host.objects.put({ ...each, metadata: { ...each.metadata, finalizers: [] } })
    host.objects.remove(quota())
    await run('sync')
    assert.deepEqual(works(host), [])
  })
  test('wait for a cluster that is not there yet', async () => {
    const { host, run } = begin([...members.slice(0, 2), assigned])
    await run('sync')
    assert.equal(works(host).length, 1)
    const keys = host.controllers.get('sync')?.keysOf(clusterKind, { after: cluster({ name: 'member2' }) })
    assert.deepEqual(keys, [{ namespace: 'shop', name: 'team' }])
    for (const each of members.slice(2)) host.objects.put(each)
    await run('sync')
    assert.equal(works(host).length, 2)
  })
  test('take over a Work that is there, and leave alone that of a policy', async () => {
    const adopted = quotaWork(assigned, { clusterName: 'member1', hard: { cpu: '9' } })
    const foreign = work({
      cluster: 'member2',
      manifest: memberQuota(assigned, { clusterName: 'member2', hard: {} }),
      labels: { [label.bindingId]: 'a-binding' },
    })
    const { host, run } = begin([...members, assigned, adopted, foreign])
    await run('sync')
    assert.deepEqual(works(host).map(hardOf), [
      ['karmada-es-member1', { cpu: '4' }],
      ['karmada-es-member2', {}],
    ])
    assert.match(host.events[0]?.message ?? '', /a policy brings a ResourceQuota team to member2/)
  })
  test('stay suspended where somebody has suspended their Work', async () => {
    const there = quotaWork(assigned, { clusterName: 'member1', hard: { cpu: '4' } })
    const { host, run } = begin([...members, assigned, { ...there, spec: { ...there.spec, suspendDispatching: true } }])
    await run('sync')
    assert.deepEqual(
      works(host).map(({ spec }) => spec.suspendDispatching),
      [true, false],
    )
  })
  test('may be those of every cluster with a label; a cluster that is named has its own', async () => {
    const caps = JSON.stringify([{ labelSelector: { matchLabels: { tier: 'edge' } }, hard: { cpu: '2' } }])
    const about = quota({
      annotations: { 'quota.flotilla.dev/cluster-caps': caps },
      staticAssignments: [{ clusterName: 'member1', hard: { cpu: '4' } }],
    })
    const { host, run } = begin([...members, about])
    await run('sync')
    assert.deepEqual(works(host).map(hardOf), [
      ['karmada-es-member1', { cpu: '4' }],
      ['karmada-es-member2', { cpu: '2' }],
    ])
  })
})

describe('the status of a quota', () => {
  const conditionOf = (host: FakeHost, type: string) => {
    const condition = findCondition(found(host).status?.conditions, type)
    return condition && [condition.status, condition.reason, condition.message]
  }

  test('says what bindings use, and what each cluster says', async () => {
    const { host, run } = begin([
      ...members,
      assigned,
      app('web', { clusters: { member1: 2, member2: 1 } }),
      saying('member2', { cpu: '6' }, { cpu: '1' }),
      saying('member1', { cpu: '4' }, { cpu: '2' }),
    ])
    await run('status')
    const { overall, overallUsed, aggregatedStatus } = found(host).status ?? {}
    assert.deepEqual(
      { overall, overallUsed, aggregatedStatus },
      {
        overall: { cpu: '10' },
        overallUsed: { cpu: '3' },
        aggregatedStatus: [
          { clusterName: 'member1', hard: { cpu: '4' }, used: { cpu: '2' } },
          { clusterName: 'member2', hard: { cpu: '6' }, used: { cpu: '1' } },
        ],
      },
    )
    assert.deepEqual(conditionOf(host, 'Assigned'), [
      'True',
      'AllAssigned',
      'Every cluster holds the limits it was given.',
    ])
    const before = host.objects.version
    await run('status')
    assert.equal(host.objects.version, before, 'nothing is written twice')
  })
  test('says what clusters use when nothing is enforced', async () => {
    const { host, run } = begin(
      [...members, assigned, app('web', { clusters: { a: 9 } }), saying('member1', { cpu: '4' }, { cpu: '2' })],
      { enforced: false },
    )
    await run('status')
    assert.deepEqual(found(host).status?.overallUsed, { cpu: '2' })
  })
  test('says that more is used than there is, and that nothing is ended', async () => {
    const { host, run } = begin([quota({ overall: { cpu: '2' } }), app('web', { clusters: { a: 3 } })])
    await run('status')
    assert.deepEqual(conditionOf(host, 'WithinLimits'), [
      'False',
      'LimitsExceeded',
      'cpu: 3 used of 2. Nothing more is scheduled that needs them, and nothing that runs is ended.',
    ])
  })
  const troubles: Readonly<Record<string, readonly [readonly Manifest[], readonly string[]]>> = {
    'a cluster that does not exist': [
      [...members.slice(0, 2), saying('member1', { cpu: '4' }, {})],
      ['False', 'ClusterMissing', 'there is no cluster member2'],
    ],
    'a cluster that does not take its limits': [
      [
        ...members,
        saying('member1', { cpu: '4' }, {}),
        saying('member2', {}, {}, [{ type: 'Applied', status: 'False', message: 'namespaces "shop" not found' }]),
      ],
      ['False', 'NotApplied', 'member2: namespaces "shop" not found'],
    ],
    'a cluster whose limits somebody changes by hand': [
      [...members, saying('member1', { cpu: '4' }, {}), saying('member2', { cpu: '600' }, {})],
      ['False', 'Drifted', 'member2: cpu is 600 instead of 6'],
    ],
  }
  for (const [name, [objects, said]] of Object.entries(troubles)) {
    test(`says of ${name}`, async () => {
      const { host, run } = begin([assigned, ...objects])
      await run('status')
      assert.deepEqual(conditionOf(host, 'Assigned'), said)
    })
  }
  test('tells of a share that passes a threshold, once', async () => {
    const { host, run } = begin([quota(), app('web', { clusters: { a: 1 } })], { thresholds: [50, 90] })
    const use = async (replicas: number) => {
      host.objects.put(app('web', { clusters: { a: replicas }, generation: replicas }))
      await run('status')
      return host.events.filter(({ reason }) => reason === 'QuotaNearLimit').map(({ message }) => message)
    }
    assert.deepEqual(await use(2), [])
    assert.deepEqual(await use(5), ['cpu: 5 of 10 used (50 %)'])
    assert.equal((await use(6)).length, 1)
    assert.deepEqual((await use(9)).slice(1), ['cpu: 9 of 10 used (90 %)'])
  })
  test('is looked at when a binding of its namespace uses something else', () => {
    const { host } = begin([quota()])
    const before = app('web')
    const keys = (after: Binding) => host.controllers.get('status')?.keysOf(resourceBindingKind, { before, after })
    assert.deepEqual(keys(app('web', { clusters: { a: 1 }, generation: 2 })), [{ namespace: 'shop', name: 'team' }])
    assert.deepEqual(keys({ ...before, status: {} }), [])
  })
})

describe('a write of a binding', () => {
  const before = app('web')
  const wanted = (replicas: number) => app('web', { clusters: { a: replicas } })

  test('that uses no more than is left is let through, and written down', async () => {
    const { host, ask } = begin([quota({ status: { overallUsed: { cpu: '4' } } }), before])
    assert.equal(await ask(wanted(6), before), undefined)
    assert.deepEqual(found(host).status?.overallUsed, { cpu: '10' })
  })
  test('that uses more is refused, with what is used, requested and limited', async () => {
    const { host, ask } = begin([quota({ status: { overallUsed: { cpu: '4' } } }), before])
    assert.deepEqual(await ask(wanted(7), before), {
      code: 403,
      reason: 'QuotaExceeded',
      message:
        'FederatedResourceQuota(shop/team) exceeded for resource cpu: requested sum 11, limit 10. Used 4, requested 7 more.',
      causes: [{ reason: 'QuotaExceeded', field: 'team[cpu]', message: '7' }],
    })
    assert.deepEqual(found(host).status?.overallUsed, { cpu: '4' })
  })
  test('is counted first where the status says nothing', async () => {
    const { ask } = begin([quota(), before, app('api', { clusters: { a: 8 } })])
    assert.match((await ask(wanted(3), before))?.message ?? '', /Used 8, requested 3 more/)
  })
  test('that is only tried writes nothing down', async () => {
    const { host, ask } = begin([quota(), before])
    assert.equal(await ask(wanted(2), before, true), undefined)
    assert.equal(found(host).status, undefined)
    assert.equal((await ask(wanted(11), before, true))?.reason, 'QuotaExceeded')
  })
  test('that another quota of the namespace refuses takes nothing of this one', async () => {
    const { host, ask } = begin([quota(), quota({ name: 'tight', overall: { pods: 1 } }), before])
    assert.match((await ask(wanted(2), before))?.message ?? '', /shop\/tight/)
    assert.equal(found(host).status, undefined)
  })
  test('that takes nothing more costs no write', async () => {
    const { host, ask } = begin([quota({ overall: { cpu: '1' } }), before])
    const version = host.objects.version
    assert.equal(await ask(wanted(3), wanted(5)), undefined)
    assert.equal(host.objects.version, version)
  })
  test('of many at once shares one write of the quota, and no more than fit are let through', async () => {
    const { host, ask } = begin([quota({ status: { overallUsed: { cpu: '0' } } })])
    const version = Number(host.objects.version)
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => ask(app(`web-${i}`, { clusters: { a: 1 } }), app(`web-${i}`))),
    )
    assert.equal(answers.filter((denial) => denial === undefined).length, 10)
    assert.deepEqual(found(host).status?.overallUsed, { cpu: '10' })
    assert.ok(Number(host.objects.version) - version <= 3)
  })
  test('settles anew when another writer was faster', async () => {
    const { host, ask } = begin([quota({ status: { overallUsed: { cpu: '0' } } })])
    const { update } = host.client
    let races = 0
    Object.assign(host.client, {
      update: (...args: Parameters<typeof update>) => {
        if (races++ === 0) host.objects.put(quota({ status: { overallUsed: { cpu: '9' } } }))
        return update(...args)
      },
    })
    assert.match((await ask(wanted(2), before))?.message ?? '', /Used 9, requested 2 more/)
    assert.equal(await ask(wanted(1), before), undefined)
  })
  test('is let through by a quota that is going', async () => {
    const going = { ...quota({ overall: { cpu: '0' } }) }
    const { ask } = begin([{ ...going, metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }])
    assert.equal(await ask(wanted(2), before), undefined)
  })
})
