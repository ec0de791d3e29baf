import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Crash } from './crash.ts'

test('a server that is killed loses nothing it acknowledged, tears nothing, and never goes back', async () => {
  const { acknowledged, resumed, expired } = await new Crash(7).run(3, 300)
  assert.ok(acknowledged > 100)
  assert.equal(resumed + expired, 3)
})
