import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  keyOf,
  type QuotaReclaim,
  type ResourceList,
  type SharedResourceQuota,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { amountsOf } from '../amounts.ts'
import { Desk } from '../desk.ts'
import { shareClaimOf } from '../enforce.ts'
import { app, shared } from '../objects.test-support.ts'
import { excessText, giveBackShare, settleShare } from './settle.ts'
import { usedOf } from './shares.ts'

const now = new Date('2026-01-01T00:01:00Z')

const uses = (lists: Readonly<Record<string, ResourceList>>, reclaims?: readonly QuotaReclaim[]) =>
  shared({
    status: {
      shares: Object.entries(lists).map(([namespace, used]) => ({ namespace, used })),
      ...(reclaims && { reclaims }),
    },
  })

const claim = (namespace: string, name: string, replicas: number) =>
  shareClaimOf(app(name, { namespace, clusters: { a: replicas } }), app(name, { namespace }))

const settle = (quota: SharedResourceQuota, namespace: string, replicas: number, name = 'web') =>
  settleShare(
    quota,
    usedOf(quota, () => [], now),
    claim(namespace, name, replicas),
    now,
  )

const reclaim = (namespace: string, cpu: string): QuotaReclaim => ({
  namespace,
  binding: 'urgent',
  wanted: { cpu },
  time: '2026-01-01T00:00:00Z',
})

describe('a namespace with a share', () => {
  interface Case {
    readonly used: readonly [shop: string, bank: string]
    readonly claim: readonly [namespace: string, replicas: number]
    readonly reclaims?: readonly QuotaReclaim[]
    readonly limit?: 'max' | 'total' | 'lent' | 'owed'
  }
  const cases: Readonly<Record<string, Case>> = {
    'has its guarantee': { used: ['0', '0'], claim: ['shop', 4] },
    'borrows what others leave': { used: ['4', '0'], claim: ['shop', 6] },
    'borrows no more than there is': { used: ['4', '3'], claim: ['shop', 4], limit: 'total' },
    'borrows up to its maximum': { used: ['0', '4'], claim: ['bank', 4] },
    'borrows no more than its maximum': { used: ['0', '4'], claim: ['bank', 5], limit: 'max' },
    'does not have its guarantee while that is lent': { used: ['2', '8'], claim: ['shop', 1], limit: 'lent' },
    'borrows nothing that another one waits for': {
      used: ['6', '1'],
      claim: ['shop', 1],
      reclaims: [reclaim('bank', '3')],
      limit: 'owed',
    },
    'borrows what is left beside what another one waits for': {
      used: ['6', '1'],
      claim: ['shop', 1],
      reclaims: [reclaim('bank', '2')],
    },
    'has its guarantee, whoever else waits for theirs': {
      used: ['3', '3'],
      claim: ['shop', 1],
      reclaims: [reclaim('bank', '4')],
    },
    'is not kept from what its own bindings wait for': {
      used: ['6', '1'],
      claim: ['bank', 3],
      reclaims: [reclaim('bank', '3')],
    },
    'waits for no more than is guaranteed to it': {
      used: ['6', '2'],
      claim: ['shop', 1],
      reclaims: [reclaim('bank', '100')],
      limit: 'owed',
    },
    'may use less, whatever is exceeded': { used: ['20', '9'], claim: ['shop', 0] },
  }
  for (const [name, { used, claim, reclaims, limit }] of Object.entries(cases)) {
    test(name, () => {
      const quota = uses({ shop: { cpu: used[0] }, bank: { cpu: used[1] } }, reclaims)
      assert.equal(settle(quota, ...claim).excess?.limit, limit)
    })
  }
})

describe('what is written down', () => {
  test('of a claim that fits: the claim, what is used, borrowed and lent then', () => {
    const { quota } = settle(uses({ shop: { cpu: '4' }, bank: { cpu: '1' } }), 'shop', 4)
    assert.deepEqual(quota?.status, {
      used: { cpu: '9' },
      shares: [
        { namespace: 'shop', used: { cpu: '8' }, borrowed: { cpu: '4' }, lent: { cpu: '0' } },
        { namespace: 'bank', used: { cpu: '1' }, borrowed: { cpu: '0' }, lent: { cpu: '2' } },
      ],
      reservations: [
        {
          namespace: 'shop',
          binding: 'web',
          uid: 'uid-web',
          generation: 1,
          used: { cpu: '4' },
          time: '2026-01-01T00:01:00Z',
        },
      ],
    })
  })
  test('of one that may not have what is guaranteed: that it waits; once', () => {
    const { quota } = settle(uses({ shop: { cpu: '2' }, bank: { cpu: '8' } }), 'shop', 2)
    assert.deepEqual(quota?.status?.reclaims, [
      { namespace: 'shop', binding: 'web', uid: 'uid-web', wanted: { cpu: '2' }, time: '2026-01-01T00:01:00Z' },
    ])
    assert.ok(quota)
    assert.equal(settle(quota, 'shop', 2).quota, quota)
  })
  test('of one that waited and has it: that it waits no longer', () => {
    const waiting = settle(uses({ shop: { cpu: '2' }, bank: { cpu: '8' } }), 'shop', 2).quota
    const repaid = { ...shared(), status: { ...waiting?.status, shares: uses({ shop: { cpu: '2' }, bank: { cpu: '6' } }).status?.shares ?? [] } } // biome-ignore format: one object
    assert.deepEqual(settle(repaid, 'shop', 2).quota?.status?.reclaims, [])
  })
  test('of one beyond its guarantee: nothing', () => {
    const quota = uses({ shop: { cpu: '4' }, bank: { cpu: '6' } })
    assert.equal(settle(quota, 'shop', 1).quota, quota)
  })
  test('is taken back when the write comes to nothing, and not before all writes it was for have', () => {
    const once = settle(uses({ shop: { cpu: '0' }, bank: { cpu: '0' } }), 'shop', 2).quota
    assert.ok(once)
    const twice = settle(once, 'shop', 2).quota
    assert.equal(twice?.status?.reservations?.[0]?.tries, 2)
    assert.equal(twice?.status?.used?.cpu, '2')
    assert.ok(twice)
    const back = giveBackShare(twice, claim('shop', 'web', 2))
    assert.equal(back.status?.reservations?.length, 1)
    const gone = giveBackShare(back, claim('shop', 'web', 2))
    assert.deepEqual(gone.status?.reservations, [])
    assert.equal(giveBackShare(gone, claim('shop', 'web', 2)), gone)
  })
})

test('a refusal says which limit, whose it is, and who has what is guaranteed', () => {
  const said = (quota: SharedResourceQuota, namespace: string, replicas: number) => {
    const { excess } = settle(quota, namespace, replicas)
    return excess && excessText(excess)
  }
  assert.deepEqual(said(uses({ shop: { cpu: '2' }, bank: { cpu: '8' } }), 'shop', 2), {
    field: 'SharedResourceQuota/company[cpu]',
    requested: '2',
    message:
      'SharedResourceQuota(company) exceeded for resource cpu: requested sum 12, limit 10. Used 10, requested 2 more. It is guaranteed to namespace shop and lent to bank (4): nobody borrows more until it is repaid.',
  })
  assert.match(
    said(uses({ shop: { cpu: '0' }, bank: { cpu: '8' } }), 'bank', 1)?.message ?? '',
    /requested sum 9, limit 8\. Used 8, requested 1 more\. That is the maximum of namespace bank\./,
  )
})

test('two namespaces whose caches never hear of each other do not both get the last unit to borrow', async () => {
  const full = shared({
    total: { cpu: '9' },
    status: {
      shares: [
        { namespace: 'shop', used: { cpu: '4' } },
        { namespace: 'bank', used: { cpu: '4' } },
      ],
    },
  })
  const host = fakeHost({ objects: [full] })
  const old = host.store(sharedResourceQuotaKind).get(keyOf(full))
  const desks = ['shop', 'bank'].map((namespace) => ({
    namespace,
    desk: new Desk({
      client: host.client,
      kind: sharedResourceQuotaKind,
      key: keyOf(full),
      cached: () => old,
      rules: {
        settle: (quota: SharedResourceQuota, claim: ReturnType<typeof shareClaimOf>, at: Date) =>
          settleShare(
            quota,
            usedOf(quota, () => [], at),
            claim,
            at,
          ),
        giveBack: giveBackShare,
      },
      now: host.now,
      signal: host.signal,
    }),
  }))
  const excesses = await Promise.all(
    desks.flatMap(({ namespace, desk }) => [1, 2, 3].map((i) => desk.settle(claim(namespace, `web-${i}`, 1)))),
  )
  assert.equal(excesses.filter((excess) => excess === undefined).length, 1)
  const { status } = host.store(sharedResourceQuotaKind).get(keyOf(full)) ?? {}
  assert.deepEqual([...amountsOf(status?.used)], [['cpu', 9000n]])
  assert.equal(status?.reservations?.length, 1)
})
