import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding, FederatedResourceQuota, QuotaReservation, ResourceList } from '@flotilla/sdk'
import { amountsOf, listOf } from './amounts.ts'
import { count } from './count.ts'
import { claimOf } from './enforce.ts'
import { app, quota } from './objects.test-support.ts'
import { isMore, reserve } from './reserve.ts'

const now = new Date('2026-01-01T00:01:00Z')
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString()

const reservation = (cpu: string, words: Partial<QuotaReservation> = {}): QuotaReservation => ({
  binding: 'web',
  uid: 'uid-web',
  generation: 1,
  used: { cpu },
  time: ago(1),
  ...words,
})

describe('a write that uses more', () => {
  const settle = (used: ResourceList, binding: Binding, before?: Binding, about = quota()) => {
    const verdict = reserve(about, amountsOf(used), claimOf(about, binding, before), now)
    return 'excess' in verdict ? `${verdict.excess.resource}: ${verdict.excess.requested / 1000n}` : verdict.status
  }

  test('is written down with what is used then', () => {
    const status = settle({ cpu: '8' }, app('web', { clusters: { a: 2 } }), app('web'))
    assert.deepEqual(status, {
      overallUsed: { cpu: '10' },
      reservations: [
        { binding: 'web', uid: 'uid-web', generation: 1, used: { cpu: '2' }, time: '2026-01-01T00:01:00Z' },
      ],
    })
  })
  test('is too much when it is more than is left', () =>
    assert.equal(settle({ cpu: '9' }, app('web', { clusters: { a: 2 } }), app('web')), 'cpu: 2'))
  test('counts what is more', () => {
    const status = settle({ cpu: '9' }, app('web', { clusters: { a: 5 } }), app('web', { clusters: { a: 4 } }))
    assert.deepEqual(status, {
      overallUsed: { cpu: '10' },
      reservations: [
        { binding: 'web', uid: 'uid-web', generation: 1, used: { cpu: '5' }, time: '2026-01-01T00:01:00Z' },
      ],
    })
  })
  test('is not counted twice when it is tried twice', () => {
    const about = quota({ status: { reservations: [reservation('5')] } })
    const status = settle({ cpu: '10' }, app('web', { clusters: { a: 5 } }), app('web', { clusters: { a: 4 } }), about)
    assert.equal(typeof status === 'object' && status.overallUsed?.cpu, '10')
  })
  test('keeps the most that any try asked for: all may come through', () => {
    const about = quota({ status: { reservations: [reservation('8')] } })
    const status = settle({ cpu: '8' }, app('web', { clusters: { a: 5 } }), app('web'), about)
    assert.deepEqual(typeof status === 'object' && status.reservations?.map(({ used }) => used.cpu), ['8'])
  })
  test('of another resource than the one there is too much of is let through', () => {
    const about = quota({ overall: { cpu: '10', memory: '10Gi' } })
    const wider = app('web', { clusters: { a: 2 }, requests: { memory: '1Gi' } })
    assert.equal(typeof settle({ cpu: '99', memory: '1Gi' }, wider, app('web'), about), 'object')
  })
  test('is measured by the name of the resource without `requests`', () => {
    const about = quota({ overall: { 'requests.cpu': '1' } })
    assert.equal(settle({}, app('web', { clusters: { a: 2 } }), app('web'), about), 'requests.cpu: 2')
  })
  test('is added up in whatever unit amounts are written, and written down as the limit is', () => {
    const about = quota({ overall: { cpu: '2', memory: '1Gi' } })
    const binding = app('web', { clusters: { a: 2 }, requests: { cpu: '250m', memory: '256Mi' } })
    const status = settle({ cpu: '1500m', memory: '536870912' }, binding, app('web'), about)
    assert.deepEqual(typeof status === 'object' && status.overallUsed, { cpu: '2', memory: '1Gi' })
    assert.equal(settle({ cpu: '1501m' }, binding, app('web'), about), 'cpu: 0')
  })
  test('of pods counts replicas', () =>
    assert.equal(settle({}, app('web', { clusters: { a: 2 } }), undefined, quota({ overall: { pods: 1 } })), 'pods: 2'))
})

describe('whether a write uses more:', () => {
  const cases: Readonly<Record<string, readonly [Binding | undefined, Binding, boolean, FederatedResourceQuota?]>> = {
    'one that scales up does': [app('web', { clusters: { a: 1 } }), app('web', { clusters: { a: 2 } }), true],
    'one that scales down does not': [app('web', { clusters: { a: 2 } }), app('web', { clusters: { a: 1 } }), false],
    'one that moves does not': [app('web', { clusters: { a: 2 } }), app('web', { clusters: { b: 2 } }), false],
    'one that is made with clusters does': [undefined, app('web', { clusters: { a: 1 } }), true],
    'one of what is not limited does not': [
      undefined,
      app('web', { clusters: { a: 1 }, requests: { memory: '1Gi' } }),
      false,
    ],
    'one of another priority class does not': [
      undefined,
      app('web', { clusters: { a: 1 } }),
      false,
      quota({ annotations: { 'quota.flotilla.dev/priority-classes': 'high,critical' } }),
    ],
    'one of the priority class does': [
      undefined,
      app('web', {
        clusters: { a: 1 },
        words: { replicaRequirements: { resourceRequest: { cpu: '1' }, priorityClassName: 'critical' } },
      }),
      true,
      quota({ annotations: { 'quota.flotilla.dev/priority-classes': 'high, critical' } }),
    ],
  }
  for (const [name, [before, after, more, about = quota()]] of Object.entries(cases))
    test(name, () => assert.equal(isMore(about, claimOf(about, after, before)), more))
})

describe('what is used', () => {
  interface Case {
    readonly bindings?: readonly Binding[]
    readonly reservations?: readonly QuotaReservation[]
    readonly isGone?: boolean
    readonly used: string
    readonly kept?: number
  }
  const web = app('web', { clusters: { a: 2 } })
  const newer = app('web', { clusters: { a: 2 }, generation: 2 })
  const cases: Readonly<Record<string, Case>> = {
    'is what bindings use': { bindings: [web, app('api', { clusters: { a: 1, b: 1 } })], used: '4' },
    'is at least what was allowed to a binding that has not been written yet': {
      bindings: [web],
      reservations: [reservation('5')],
      used: '5',
      kept: 1,
    },
    'is what a binding uses once it has been written, whatever was allowed': {
      bindings: [newer],
      reservations: [reservation('5')],
      used: '2',
      kept: 1,
    },
    'forgets what was allowed when caches have surely heard of the write': {
      bindings: [newer],
      reservations: [reservation('5', { time: ago(6) })],
      used: '2',
      kept: 0,
    },
    'forgets what was allowed and never written': {
      bindings: [web],
      reservations: [reservation('5', { time: ago(61) })],
      used: '2',
      kept: 0,
    },
    'does not forget what may be written yet': {
      bindings: [web],
      reservations: [reservation('5', { time: ago(58) })],
      used: '5',
      kept: 1,
    },
    'is what was allowed to a binding that the cache does not have yet': {
      reservations: [reservation('5')],
      used: '5',
      kept: 1,
    },
    'is nothing of a binding that was seen to go': {
      reservations: [reservation('5')],
      isGone: true,
      used: '0',
      kept: 1,
    },
    'is nothing of a binding that is another one by now': {
      bindings: [{ ...web, metadata: { ...web.metadata, uid: 'other' } }],
      reservations: [reservation('5')],
      used: '2',
      kept: 1,
    },
    'is at least what was allowed to one that is being made': {
      bindings: [app('web')],
      reservations: [reservation('5', { uid: undefined, generation: 0 })],
      used: '5',
      kept: 1,
    },
    'takes a time that is none as long ago': {
      bindings: [web],
      reservations: [reservation('5', { time: 'noon' })],
      used: '2',
      kept: 0,
    },
  }
  for (const [name, { bindings = [], reservations = [], isGone = false, used, kept = 0 }] of Object.entries(cases)) {
    test(name, () => {
      const counted = count(quota({ status: { reservations } }), bindings, now, () => isGone)
      assert.deepEqual(listOf(counted.used, {}), { cpu: used })
      assert.equal(counted.kept.length, kept)
    })
  }
  test('is looked at again when what was allowed runs out', () => {
    const { again = 0 } = count(quota({ status: { reservations: [reservation('5', { time: ago(50) })] } }), [web], now)
    assert.ok(again >= 10_000 && again <= 10_100)
  })
})
