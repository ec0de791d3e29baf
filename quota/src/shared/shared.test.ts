import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import {
  admit,
  type Binding,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  findCondition,
  keyOf,
  type Manifest,
  observe,
  Registry,
  resourceBindingKind,
  type SharedResourceQuota,
  type SharedResourceQuotaStatus,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import { type FakeHost, fakeHost } from '@flotilla/sdk/testing'
import { federatedResourceQuota } from '../federated-resource-quota.ts'
import { app, quota, shared } from '../objects.test-support.ts'

const begin = (objects: readonly Manifest[]) => {
  const host = fakeHost({ objects })
  const registry = new Registry()
  for (const extension of federatedResourceQuota.extensions?.(host) ?? []) registry.add(extension)
  federatedResourceQuota.controllers?.(host)
  const run = async () => {
    await host.controllers.get('shared-status')?.reconcile('company')
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
  const refused = ({ apiVersion, kind, metadata }: Binding) => {
    const { namespace = '', name } = metadata
    const object = { apiVersion, kind, namespace, name }
    return registry.ask(observe.transition, { stage: 'schedule', object, result: 'refused', at: 0 })
  }
  return { host, run, ask, refused }
}

const found = (host: FakeHost): SharedResourceQuota => {
  const there = host.objects.store(sharedResourceQuotaKind).get({ name: 'company' })
  assert.ok(there)
  return there
}
const own = (host: FakeHost): FederatedResourceQuota | undefined =>
  host.objects.store(federatedResourceQuotaKind).get({ namespace: 'shop', name: 'team' })
const conditionOf = (host: FakeHost, type: string) => {
  const condition = findCondition(found(host).status?.conditions, type)
  return condition && [condition.status, condition.reason, condition.message]
}
const at = (namespace: string, name: string, replicas: number): Binding =>
  app(name, { namespace, ...(replicas > 0 && { clusters: { a: replicas } }) })
const said = (shop: string, bank: string, words: SharedResourceQuotaStatus = {}) =>
  shared({
    status: {
      shares: [
        { namespace: 'shop', used: { cpu: shop } },
        { namespace: 'bank', used: { cpu: bank } },
      ],
      ...words,
    },
  })
const waits = { type: 'Scheduled', status: 'False', reason: 'QuotaExceeded', message: '' } as const
const waiting = (binding: Binding): Binding => ({
  ...binding,
  status: { conditions: [{ ...waits, lastTransitionTime: '2026-01-01T00:00:00Z' }] },
})
const reclaim = { namespace: 'shop', binding: 'urgent', wanted: { cpu: '2' }, time: '2020-01-01T00:00:00Z' }

describe('the status of a shared quota', () => {
  test('says what each namespace uses, has borrowed and has lent; and nothing twice', async () => {
    const { host, run } = begin([shared(), at('shop', 'web', 7), at('bank', 'web', 1), at('elsewhere', 'web', 9)])
    await run()
    const { total, used, shares } = found(host).status ?? {}
    assert.deepEqual([total, used], [{ cpu: '10' }, { cpu: '8' }])
    assert.deepEqual(shares, [
      { namespace: 'shop', used: { cpu: '7' }, borrowed: { cpu: '3' }, lent: { cpu: '0' } },
      { namespace: 'bank', used: { cpu: '1' }, borrowed: { cpu: '0' }, lent: { cpu: '1' } },
    ])
    assert.equal(conditionOf(host, 'Repaid')?.[0], 'True')
    const { version } = host.objects
    await run()
    assert.equal(host.objects.version, version)
  })
  test('says that more is used than there is, and that nothing is ended', async () => {
    const { host, run } = begin([shared(), at('shop', 'web', 2), at('bank', 'web', 9)])
    await run()
    assert.deepEqual(conditionOf(host, 'WithinLimits'), [
      'False',
      'LimitsExceeded',
      'cpu: 11 used of 10; cpu: 9 used of 8 by namespace bank. Nothing more is scheduled that needs them, and nothing that runs is ended.',
    ])
  })
  test('says who waits for what is guaranteed, and who has it, while that is so', async () => {
    const urgent = waiting(at('shop', 'urgent', 0))
    const { host, run } = begin([
      said('2', '8', { reclaims: [reclaim] }),
      at('shop', 'web', 2),
      at('bank', 'web', 8),
      urgent,
    ])
    await run()
    assert.deepEqual(conditionOf(host, 'Repaid'), [
      'False',
      'Reclaimed',
      'shop waits for what is guaranteed. Borrowed: bank 4 of cpu. Nobody borrows more until it is repaid.',
    ])
    await run()
    assert.deepEqual(
      host.events.map(({ reason }) => reason),
      ['QuotaReclaimed'],
    )
    host.objects.remove(urgent)
    await run()
    assert.equal(found(host).status?.reclaims, undefined)
    assert.equal(conditionOf(host, 'Repaid')?.[0], 'True')
  })
  test('forgets who waited and does not say so any longer', async () => {
    const { host, run } = begin([said('0', '0', { reclaims: [reclaim] }), at('shop', 'urgent', 0)])
    await run()
    assert.equal(found(host).status?.reclaims, undefined)
  })
  test('is looked at when a binding of one of its namespaces uses something else, or waits', () => {
    const { host } = begin([shared()])
    const before = at('shop', 'web', 0)
    const keys = (after: Binding) =>
      host.controllers.get('shared-status')?.keysOf(resourceBindingKind, { before, after })
    assert.deepEqual(keys({ ...at('shop', 'web', 1), metadata: { ...before.metadata, generation: 2 } }), [{ name: 'company' }]) // biome-ignore format: one case
    assert.deepEqual(keys(waiting(before)), [{ name: 'company' }])
    assert.deepEqual(keys({ ...before, status: {} }), [])
  })
})

describe('a write of a binding in a namespace that shares a quota', () => {
  const before = at('shop', 'web', 0)

  test('borrows, and has that written down in one write', async () => {
    const { host, ask } = begin([said('4', '0'), before])
    const version = Number(host.objects.version)
    assert.equal(await ask(at('shop', 'web', 6), before), undefined)
    assert.deepEqual(found(host).status?.shares?.[0]?.borrowed, { cpu: '6' })
    assert.equal(Number(host.objects.version) - version, 1)
  })
  test('that may not have what is guaranteed has borrowers refused from then on, until it is repaid', async () => {
    const other = at('bank', 'other', 0)
    const { host, ask } = begin([said('2', '8'), before, other])
    assert.match((await ask(at('shop', 'web', 2), before))?.message ?? '', /lent to bank \(4\)/)
    host.objects.put({ ...found(host), status: { ...found(host).status, ...said('2', '7').status } })
    assert.match((await ask(at('bank', 'other', 1), other))?.message ?? '', /wait for what is guaranteed to them: 2\./)
    host.objects.put({ ...found(host), status: { ...found(host).status, ...said('2', '6').status } })
    assert.equal(await ask(at('shop', 'web', 2), before), undefined)
    assert.deepEqual(found(host).status?.reclaims, [])
  })
  test('that is only tried writes nothing down', async () => {
    const { host, ask } = begin([said('2', '8'), before])
    const { version } = host.objects
    assert.equal((await ask(at('shop', 'web', 2), before, true))?.reason, 'QuotaExceeded')
    assert.equal(host.objects.version, version)
  })
  test('takes nothing of a quota of its namespace that it cannot have of the shared one', async () => {
    const { host, ask } = begin([said('2', '8'), quota(), before])
    assert.match((await ask(at('shop', 'web', 2), before))?.message ?? '', /SharedResourceQuota/)
    assert.equal(own(host)?.status, undefined)
  })
  test('gives back at once what it had of one quota when another one refuses after all', async () => {
    const { host, ask } = begin([said('0', '0'), quota({ status: { overallUsed: { cpu: '8' } } }), before])
    const { update } = host.client
    Object.assign(host.client, {
      update: (...args: Parameters<typeof update>) => {
        if (args[0].kind === 'SharedResourceQuota' && own(host)?.status?.overallUsed?.cpu === '8')
          host.objects.put(quota({ status: { overallUsed: { cpu: '9' } } })) // somebody else is faster
        return update(...args)
      },
    })
    assert.match((await ask(at('shop', 'web', 2), before))?.message ?? '', /FederatedResourceQuota\(shop\/team\)/)
    assert.deepEqual(found(host).status?.reservations, [])
  })
  test('that others refuse gives back at once what it had of all of them', async () => {
    const { host, run, ask, refused } = begin([
      said('0', '0'),
      quota({ status: { overallUsed: { cpu: '0' } } }),
      before,
    ])
    assert.equal(await ask(at('shop', 'web', 2), before), undefined)
    assert.equal(own(host)?.status?.reservations?.length, 1)
    await refused(before)
    const left = () => [own(host)?.status?.reservations, found(host).status?.reservations].map((each) => each?.length)
    for (let turn = 0; turn < 1000 && left().some((each) => each !== 0); turn++) await setImmediate()
    assert.deepEqual(left(), [0, 0])
    await run()
    assert.equal(found(host).status?.used?.cpu, '0')
  })
})
