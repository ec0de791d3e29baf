import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakeHost } from '@flotilla/sdk/testing'
import { createSpreading } from './spreading.ts'

const key = { namespace: 'default', name: 'web' }

function begin() {
  const observed: number[] = []
  const { metrics } = fakeHost()
  const histogram = () => ({ observe: (seconds: number) => void observed.push(seconds) })
  return { observed, spreading: createSpreading({ metrics: { ...metrics, histogram } }, 'clusterset') }
}

describe('a change of endpoints', () => {
  test('is told of once, when it is everywhere; what nobody changed is not', async () => {
    const { observed, spreading } = begin()
    await spreading.during(key, async () => undefined)
    assert.deepEqual(observed, [])
    spreading.begins(key)
    spreading.begins(key)
    assert.equal(await spreading.during(key, async () => 1), 1)
    await spreading.during(key, async () => undefined)
    assert.equal(observed.length, 1)
    assert.ok(Number(observed[0]) >= 0)
  })

  test('that fails lasts until it does not', async () => {
    const { observed, spreading } = begin()
    spreading.begins(key)
    await assert.rejects(spreading.during(key, () => Promise.reject(new Error('no'))))
    assert.deepEqual(observed, [])
    await spreading.during(key, async () => undefined)
    assert.equal(observed.length, 1)
  })

  test('that comes while another is brought about is one of its own', async () => {
    const { observed, spreading } = begin()
    spreading.begins(key)
    await spreading.during(key, async () => spreading.begins(key))
    await spreading.during(key, async () => undefined)
    assert.equal(observed.length, 2)
  })

  test('that needs nothing done is forgotten', async () => {
    const { observed, spreading } = begin()
    spreading.begins(key)
    spreading.forget(key)
    await spreading.during(key, async () => undefined)
    assert.deepEqual(observed, [])
  })
})
