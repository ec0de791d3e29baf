import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strife } from './strife.ts'

let now = 0
const begin = () => {
  now = 1_000
  return new Strife(() => now)
}
const corrections = (strife: Strife, count: number) => {
  for (let i = 0; i < count; i++) strife.corrected('a')
}

test('a correction now and then comes at once', () => {
  const strife = begin()
  corrections(strife, 9)
  assert.equal(strife.pause('a'), 0)
  assert.equal(strife.pause('b'), 0)
})

test('one that never helps comes more and more seldom', () => {
  const strife = begin()
  corrections(strife, 10)
  assert.equal(strife.pause('a'), 250)
  now += 200
  assert.equal(strife.pause('a'), 50)
  corrections(strife, 2)
  assert.equal(strife.pause('a'), 1_000)
  corrections(strife, 50)
  assert.equal(strife.pause('a'), 60_000)
  assert.equal(strife.pause('b'), 0)
})

test('when it has been quiet, or the Work is gone, all is forgotten', () => {
  const strife = begin()
  corrections(strife, 20)
  now += 120_000
  corrections(strife, 1)
  assert.equal(strife.pause('a'), 0)
  corrections(strife, 20)
  strife.forget('a')
  assert.equal(strife.pause('a'), 0)
})
