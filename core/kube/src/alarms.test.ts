import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Alarms } from './alarms.ts'

const ring = <T>(alarms: Alarms<T>, now: number): T[] => {
  const rung: T[] = []
  for (let due = alarms.take(now); due !== undefined; due = alarms.take(now)) rung.push(due)
  return rung
}

test('alarms ring in the order of their times, whatever order they were set in', () => {
  const alarms = new Alarms<number>()
  const times = Array.from({ length: 500 }, (_, i) => (i * 7919) % 500)
  for (const at of times) alarms.set(`a${at}`, at, at)
  assert.equal(alarms.next, 0)
  assert.deepEqual(ring(alarms, 249), times.toSorted((a, b) => a - b).slice(0, 250))
  assert.equal(alarms.next, 250)
  assert.equal(ring(alarms, 1000).length, 250)
  assert.equal(alarms.next, undefined)
})

test('an alarm set again rings once, at the earlier time, with the newer value', () => {
  const alarms = new Alarms<string>()
  for (const at of [10, 20, 30]) alarms.set(`other ${at}`, at, `other ${at}`)
  alarms.set('a', 40, 'first')
  alarms.set('a', 5, 'second')
  alarms.set('a', 50, 'third')
  assert.equal(alarms.get('a'), 'third')
  assert.deepEqual(ring(alarms, 5), ['third'])
  assert.deepEqual(ring(alarms, 100), ['other 10', 'other 20', 'other 30'])
})
