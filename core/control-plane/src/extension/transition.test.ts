import assert from 'node:assert/strict'
import { test } from 'node:test'
import { observe, on, Registry } from '@flotilla/sdk'
import { told } from './transition.ts'

const now = () => new Date('2026-01-02T03:04:05Z')
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'default', name: 'web', uid: 'u' },
}

test('listeners hear who went where, and nobody waits for them', async () => {
  const heard: observe.Transition[] = []
  const registry = new Registry()
  registry.add(
    on(observe.transition, () => {
      throw new Error('a listener that fails disturbs no one')
    }),
  )
  const all = new Promise<void>((resolve) => {
    registry.add(
      on(observe.transition, (transition) => {
        heard.push(transition)
        if (heard.length === 2) resolve()
      }),
    )
  })
  told({ ask: registry.ask, now }, 'match', deployment, 'claimed')
  told({ ask: registry.ask, now }, 'apply', { apiVersion: 'v1', kind: 'Node', name: 'one' }, 'applied', 'member1')
  assert.deepEqual(heard, [])
  await all
  const at = now().getTime()
  assert.deepEqual(heard, [
    {
      stage: 'match',
      object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
      result: 'claimed',
      at,
    },
    {
      stage: 'apply',
      object: { apiVersion: 'v1', kind: 'Node', name: 'one' },
      cluster: 'member1',
      result: 'applied',
      at,
    },
  ])
})
