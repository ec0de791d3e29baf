import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Recent } from './recent.ts'

function newRecent(most = 10) {
  let now = 0
  let asked = 0
  const recent = new Recent<number>(100, most, () => now)
  return {
    ask: (question: string) => recent.get(question, async () => ++asked),
    wait: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

test('the same is asked once within a moment, even before the answer', async () => {
  const { ask, wait } = newRecent()
  const [first, second] = await Promise.all([ask('a'), ask('a')])
  assert.deepEqual([first, second], [1, 1])
  wait(99)
  assert.equal(await ask('a'), 1)
  wait(1)
  assert.equal(await ask('a'), 2)
})

test('something else is another question', async () => {
  const { ask } = newRecent()
  assert.deepEqual([await ask('a'), await ask('b')], [1, 2])
})

test('only so many answers are kept: the oldest goes', async () => {
  const { ask } = newRecent(2)
  for (const question of ['a', 'b', 'c']) await ask(question)
  assert.equal(await ask('c'), 3)
  assert.equal(await ask('a'), 4)
})
