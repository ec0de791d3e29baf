import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScalingBehavior } from '@flotilla/sdk'
import { blank, limited, type Memory, type Moment, remembered, rulesOf, stabilized } from './behavior.ts'

const now = 1_000_000
const ago = (seconds: number, replicas: number): Moment => ({ at: now - seconds * 1000, replicas })

const windows: readonly (readonly [
  what: string,
  behavior: ScalingBehavior,
  recommended: readonly Moment[],
  current: number,
  wanted: number,
  expected: number,
])[] = [
  ['grows at once', {}, [ago(10, 2)], 2, 5, 5],
  ['does not shrink while more was wanted', {}, [ago(200, 5)], 5, 2, 5],
  ['shrinks to what was wanted most', {}, [ago(200, 4), ago(100, 3)], 5, 2, 4],
  ['shrinks when nobody wanted more for long', {}, [ago(301, 5)], 5, 2, 2],
  ['grows with patience if told so', { scaleUp: { stabilizationWindowSeconds: 60 } }, [ago(30, 3)], 2, 5, 3],
  ['shrinks at once if told so', { scaleDown: { stabilizationWindowSeconds: 0 } }, [ago(1, 5)], 5, 1, 1],
]
for (const [what, behavior, recommended, current, wanted, expected] of windows)
  test(`it ${what}`, () => {
    const memory = { ...blank, recommended }
    assert.equal(stabilized(memory, rulesOf(behavior), current, wanted, now), expected)
  })

const pods = (value: number, periodSeconds = 60) => ({ type: 'Pods', value, periodSeconds })
const percent = (value: number, periodSeconds = 60) => ({ type: 'Percent', value, periodSeconds })
const bounds = { min: 2, max: 20 }

const speeds: readonly (readonly [
  what: string,
  behavior: ScalingBehavior,
  changed: readonly Moment[],
  current: number,
  wanted: number,
  expected: number,
  by?: string,
])[] = [
  ['stays', {}, [], 5, 5, 5],
  ['grows within all limits', {}, [], 5, 8, 8],
  ['grows by four or double, whatever is more', {}, [], 2, 15, 6, 'ScaleUpLimit'],
  ['grows by double when that is more', {}, [], 6, 15, 12, 'ScaleUpLimit'],
  ['grows no further than its most', {}, [], 15, 40, 20, 'TooManyReplicas'],
  ['shrinks no further than its least', {}, [], 5, 0, 2, 'TooFewReplicas'],
  ['counts what it grew by in the period', {}, [ago(10, 4)], 8, 20, 8, 'ScaleUpLimit'],
  ['forgets what was before the period', {}, [ago(16, 4)], 8, 20, 16, 'ScaleUpLimit'],
  ['shrinks as slowly as it is told', { scaleDown: { policies: [pods(1)] } }, [], 9, 3, 8, 'ScaleDownLimit'],
  ['shrinks by a share', { scaleDown: { policies: [percent(50)] } }, [], 9, 2, 4, 'ScaleDownLimit'],
  [
    'shrinks by what is less if told so',
    { scaleDown: { selectPolicy: 'Min', policies: [percent(50), pods(1)] } },
    [],
    9,
    2,
    8,
    'ScaleDownLimit',
  ],
  [
    'grows by what is less if told so',
    { scaleUp: { selectPolicy: 'Min', policies: [percent(100), pods(1)] } },
    [],
    9,
    15,
    10,
    'ScaleUpLimit',
  ],
  ['does not shrink if it must not', { scaleDown: { selectPolicy: 'Disabled' } }, [], 9, 3, 9, 'ScaleDownLimit'],
]
for (const [what, behavior, changed, current, wanted, replicas, by] of speeds)
  test(`it ${what}`, () => {
    const found = limited({ ...blank, changed }, rulesOf(behavior), bounds, current, wanted, now)
    assert.deepEqual(found, { replicas, ...(by && { by }) })
  })

test('what is of no use any more is forgotten', () => {
  const memory: Memory = { recommended: [ago(301, 5), ago(10, 4)], changed: [ago(16, 1), ago(10, 2)] }
  const next = remembered(memory, rulesOf(), 3, -1, now)
  assert.deepEqual(next, { recommended: [ago(10, 4), ago(0, 3)], changed: [ago(10, 2), ago(0, -1)] })
  assert.deepEqual(remembered(next, rulesOf(), 3, 0, now).changed, next.changed)
})
