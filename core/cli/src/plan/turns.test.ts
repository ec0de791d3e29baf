import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inTurns } from './turns.ts'

test('answers come in the order of the items, and no more is done at once than was said', async () => {
  let now = 0
  let most = 0
  const answers = await inTurns([5, 1, 4, 2, 3], 2, async (number) => {
    most = Math.max(most, ++now)
    await sleep(number)
    now--
    return number * 10
  })
  assert.deepEqual(answers, [50, 10, 40, 20, 30])
  assert.equal(most, 2)
})

test('what goes wrong is told', async () => {
  await assert.rejects(
    inTurns([1, 2], 2, async () => Promise.reject(new Error('no'))),
    /no/,
  )
})
