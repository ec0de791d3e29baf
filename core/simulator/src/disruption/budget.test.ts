import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import type { DisruptionBudget } from '../api/disruption.ts'
import type { Pod } from '../api/pod.ts'
import { ago, now, pod } from '../testing/objects.ts'
import { budgetStatus } from './budget.ts'

const budget = (spec: DisruptionBudget['spec'], status?: DisruptionBudget['status']): DisruptionBudget =>
  deepFreeze({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default', generation: 2 },
    spec,
    ...(status && { status }),
  })

const podThat = (name: string, status: 'True' | 'False'): Pod => ({
  ...pod(name),
  status: { phase: 'Running', conditions: [{ type: 'Ready', status, lastTransitionTime: ago(1) }] },
})

const pods = (ready: number, all = ready): readonly Pod[] =>
  Array.from({ length: all }, (_, i) => podThat(`web-${i}`, i < ready ? 'True' : 'False'))

const cases: readonly (readonly [
  spec: DisruptionBudget['spec'],
  ready: number,
  expected: number,
  desired: number,
  allowed: number,
])[] = [
  [{ minAvailable: 2 }, 3, 3, 2, 1],
  [{ minAvailable: 2 }, 1, 3, 2, 0],
  [{ minAvailable: '50%' }, 5, 5, 3, 2],
  [{ maxUnavailable: 1 }, 3, 3, 2, 1],
  [{ maxUnavailable: 1 }, 2, 3, 2, 0],
  [{ maxUnavailable: '30%' }, 10, 10, 7, 3],
  [{ maxUnavailable: 5 }, 3, 3, 0, 3],
  [{}, 2, 2, 1, 1],
  [{ maxUnavailable: 1 }, 0, 0, 0, 0],
]
for (const [spec, ready, expected, desired, allowed] of cases)
  test(`${JSON.stringify(spec)} with ${ready} of ${expected} ready lets ${allowed} go`, () => {
    const status = budgetStatus(budget(spec), pods(ready, expected), expected, now)
    assert.deepEqual(
      [status.currentHealthy, status.desiredHealthy, status.disruptionsAllowed, status.expectedPods],
      [ready, desired, allowed, expected],
    )
    const [condition] = status.conditions ?? []
    assert.deepEqual(
      [condition?.status, condition?.reason, condition?.observedGeneration],
      allowed > 0 ? ['True', 'SufficientPods', 2] : ['False', 'InsufficientPods', 2],
    )
  })

test('an eviction that was allowed counts until its pod leaves, or for two minutes', () => {
  const before = budgetStatus(budget({ minAvailable: 1 }), pods(3), 3, now)
  const disruptedPods = { 'web-0': ago(10), 'web-1': ago(180), gone: ago(1) }
  const status = budgetStatus(budget({ minAvailable: 1 }, { ...before, disruptedPods }), pods(3), 3, now)
  assert.deepEqual([status.disruptedPods, status.currentHealthy], [{ 'web-0': ago(10) }, 2])
})

test('nothing is said twice', () => {
  const first = budgetStatus(budget({ minAvailable: 1 }), pods(3), 3, new Date(now.getTime() - 5000))
  assert.deepEqual(budgetStatus(budget({ minAvailable: 1 }, first), pods(3), 3, now), first)
})
