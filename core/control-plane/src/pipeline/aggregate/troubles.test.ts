import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition, Work } from '@flotilla/sdk'
import { work } from '@flotilla/sdk/testing'
import { withFailure, withTroubles } from './troubles.ts'

const then = new Date('2026-01-01T00:00:00Z')
const now = new Date('2026-01-02T00:00:00Z')

const saying = (cluster: string, status: 'True' | 'False', message: string): Work => ({
  ...work({ name: 'web-x', namespace: `karmada-es-${cluster}` }),
  status: { conditions: [{ type: 'Drifted', status, reason: 'R', message, lastTransitionTime: then.toISOString() }] },
})
const silent = work({ name: 'web-x', namespace: 'karmada-es-member3' })
const others: readonly Condition[] = [
  { type: 'Scheduled', status: 'True', reason: 'Success', message: '', lastTransitionTime: then.toISOString() },
]
const drifted = (conditions: readonly Condition[]) => conditions.find(({ type }) => type === 'Drifted')

test('drift is not spoken of before there is some', () => {
  assert.equal(withTroubles(others, [silent, saying('member1', 'False', 'none')], now), others)
})

test('clusters that differ are named in order, the others are not', () => {
  const works = [saying('member2', 'True', 'b differs at spec'), silent, saying('member1', 'True', 'a is gone')]
  const conditions = withTroubles(others, works, now)
  assert.deepEqual([conditions[0], drifted(conditions)?.status, drifted(conditions)?.reason], [others[0], 'True', 'DriftDetected']) // biome-ignore format: one line
  assert.equal(drifted(conditions)?.message, 'member1: a is gone; member2: b differs at spec')
  assert.equal(withTroubles(conditions, works, now), conditions)
})

test('what many clusters say is cut off', () => {
  const works = Array.from({ length: 100 }, (_, i) => saying(`m${i}`, 'True', 'x differs at spec.replicas'))
  assert.equal(drifted(withTroubles(others, works, now))?.message.length, 1000)
})

test('that drift has ended is said', () => {
  const conditions = withTroubles(others, [saying('member1', 'True', 'a is gone')], then)
  const ended = drifted(withTroubles(conditions, [saying('member1', 'False', '')], now))
  assert.deepEqual(
    [ended?.status, ended?.reason, ended?.lastTransitionTime],
    ['False', 'NoDrift', '2026-01-02T00:00:00Z'],
  )
})

const notReflected: Work = {
  ...silent,
  status: {
    conditions: [
      {
        type: 'Reflected',
        status: 'False',
        reason: 'ReflectStatusFailed',
        message: 'it is at sea',
        lastTransitionTime: then.toISOString(),
      },
    ],
  },
}
const reflected = (conditions: readonly Condition[]) => conditions.find(({ type }) => type === 'Reflected')

test('what of a cluster is not understood is said, until it is', () => {
  const conditions = withTroubles(others, [notReflected, saying('member1', 'False', '')], then)
  const { status, message } = reflected(conditions) ?? {}
  assert.deepEqual([status, message, drifted(conditions)], ['False', 'member3: it is at sea', undefined])
  assert.equal(reflected(withTroubles(conditions, [silent], now))?.status, 'True')
})

const aggregated = (conditions: readonly Condition[]) => conditions.find(({ type }) => type === 'Aggregated')

test('why a template cannot say what its clusters say is said, until it can', () => {
  assert.equal(withFailure(others, undefined, now), others)
  const conditions = withFailure(others, new Error('it is at sea'), then)
  const { status, reason, message } = aggregated(conditions) ?? {}
  assert.deepEqual([status, reason, message], ['False', 'AggregateStatusFailed', 'it is at sea'])
  assert.equal(withFailure(conditions, new Error('it is at sea'), now), conditions)
  assert.equal(aggregated(withFailure(conditions, undefined, now))?.status, 'True')
})
