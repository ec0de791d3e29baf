import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ControlPlane } from '@flotilla/core'
import type { Log } from '@flotilla/sdk'
import { readiness } from './readiness.ts'

const warnings: unknown[] = []
const log: Log = { debug() {}, info() {}, warn: (_, fields) => warnings.push(fields), error() {}, with: () => log }

/** Members that become ready, and fail, at a word. */
function members(...ready: readonly string[]) {
  const now = new Set(ready)
  const listeners = new Set<(name: string) => void>()
  const tell = (name: string) => {
    for (const listener of listeners) listener(name)
  }
  const controlPlane = {
    members: {
      get: (name: string) => ({ ready: now.has(name) }),
      onReadiness: (listener: (name: string) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  } as unknown as ControlPlane // what is looked at of one
  return {
    controlPlane,
    listeners,
    turn: (name: string, isReady: boolean) => {
      if (isReady) now.add(name)
      else now.delete(name)
      tell(name)
    },
  }
}

test('a fleet is ready when each member has been, and stays so', async () => {
  const { controlPlane, listeners, turn } = members('a')
  const { ready, unready } = readiness(controlPlane, ['a', 'b'], log)
  assert.deepEqual(unready(), ['cluster b'])
  turn('b', true)
  await ready
  turn('a', false)
  assert.deepEqual(unready(), [])
  assert.equal(listeners.size, 0)
})

test('without members it is ready at once', () => readiness(members().controlPlane, [], log).ready)

test('a member that does not get ready is not waited for for ever', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { ready, unready } = readiness(members('a').controlPlane, ['a', 'b'], log)
  t.mock.timers.tick(30_000)
  await ready
  assert.deepEqual(unready(), [])
  assert.deepEqual(warnings, [{ members: ['b'] }])
})
