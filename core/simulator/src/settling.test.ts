import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settling } from './settling.ts'

test('what is at rest is written at once, what moves after a while, and then after another', () => {
  let now = 0
  const settling = new Settling(() => now)
  const wait = (at: number, isAtRest: boolean) => {
    now = at
    return settling.wait('x', isAtRest)
  }
  assert.equal(wait(0, true), 0)
  assert.equal(wait(10, false), 1000)
  assert.equal(wait(60, false), 950)
  assert.equal(wait(1010, false), 0)
  assert.equal(wait(1020, false), 1000)
  assert.equal(wait(1030, true), 0)
  assert.equal(wait(1040, false), 1000)
})
