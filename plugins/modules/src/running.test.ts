import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Running } from './running.ts'

test('no more than a few calls of a module are put before its sandbox, however many are asked for', async () => {
  let [at, most] = [0, 0]
  const call = async () => {
    most = Math.max(most, ++at)
    await turn()
    at--
    return ['Healthy']
  }
  const running = new Running('sha256:1', { functions: [], call, close: () => undefined })
  const all = await Promise.all(Array.from({ length: 3000 }, () => running.call('interpretHealth', {})))
  assert.deepEqual([new Set(all), most], [new Set(['Healthy']), 16])
})
