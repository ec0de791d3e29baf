import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findCondition, isTrue, setCondition } from './conditions.ts'
import { deepFreeze } from './freeze.ts'
import type { Condition } from './manifest.ts'

const then = '2026-01-01T00:00:00Z'
const now = new Date('2026-01-02T03:04:05.678Z')

const ready: Condition = { type: 'Ready', status: 'True', reason: 'Up', message: 'ok', lastTransitionTime: then }
const applied: Condition = { type: 'Applied', status: 'False', reason: 'No', message: '', lastTransitionTime: then }
const conditions = deepFreeze([ready, applied])

const { lastTransitionTime: _, ...readyNow } = ready

test('the same condition leaves the same array', () =>
  assert.equal(setCondition(conditions, readyNow, now), conditions))

test('a new message keeps the time, and the place', () =>
  assert.deepEqual(setCondition(conditions, { ...readyNow, message: 'fine' }, now), [
    { ...ready, message: 'fine' },
    applied,
  ]))

test('a new generation is a change', () =>
  assert.deepEqual(setCondition([ready], { ...readyNow, observedGeneration: 2 }, now), [
    { ...ready, observedGeneration: 2 },
  ]))

test('a new status is of now, in whole seconds', () =>
  assert.deepEqual(setCondition(conditions, { ...readyNow, status: 'Unknown' }, now), [
    { ...ready, status: 'Unknown', lastTransitionTime: '2026-01-02T03:04:05Z' },
    applied,
  ]))

test('a new type comes last, into nothing too', () => {
  const dated = { ...ready, lastTransitionTime: '2026-01-02T03:04:05Z' }
  assert.deepEqual(setCondition([applied], readyNow, now), [applied, dated])
  assert.deepEqual(setCondition(undefined, readyNow, now), [dated])
})

test('conditions are found by type', () => {
  assert.equal(findCondition(conditions, 'Applied'), applied)
  assert.equal(findCondition(conditions, 'Other'), undefined)
  assert.equal(findCondition(undefined, 'Ready'), undefined)
})

test('only True is true', () => {
  assert.equal(isTrue(conditions, 'Ready'), true)
  assert.equal(isTrue(conditions, 'Applied'), false)
  assert.equal(isTrue([{ ...ready, status: 'Unknown' }], 'Ready'), false)
  assert.equal(isTrue(undefined, 'Ready'), false)
})
