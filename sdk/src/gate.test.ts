import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Gate } from './gate.ts'

test('so many pass at once, whoever fails, and everybody has a turn', async () => {
  const gate = new Gate(2)
  let [now, most] = [0, 0]
  const step = async (i: number) => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setImmediate(resolve))
    now--
    if (i % 2) throw new Error('odd')
    return i
  }
  const passed = await Promise.allSettled(Array.from({ length: 9 }, (_, i) => gate.pass(() => step(i))))
  assert.equal(most, 2)
  assert.equal(passed.filter(({ status }) => status === 'fulfilled').length, 5)
})
