import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guestFunction, guestPoints } from './points.ts'

test('a guest answers a point with a function of its name', () => {
  assert.equal(guestFunction({ id: 'interpret.reviseReplicas' }), 'interpretReviseReplicas')
})

test('no two points are one function', () => {
  const names = guestPoints.map(guestFunction)
  assert.equal(new Set(names).size, guestPoints.length)
})
