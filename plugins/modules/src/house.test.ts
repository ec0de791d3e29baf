import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Host, interpret, Registry } from '@flotilla/sdk'
import { deployment, fakeHost } from '@flotilla/sdk/testing'
import { House } from './house.ts'
import { fakeSandboxes, module, settled } from './modules.test-support.ts'

const web = deployment({ name: 'web' })

/** A host that has heard of its modules only when `synced` resolves. */
function hearing(synced: Promise<void>) {
  const fake = fakeHost({
    objects: [module('a')],
    sandboxes: fakeSandboxes({ v1: { interpretHealth: () => 'Unhealthy' } }),
  })
  const host: Host = { ...fake, store: (kind) => ({ ...fake.store(kind), synced }) }
  const registry = new Registry()
  registry.add(new House(host).at(interpret.health))
  return { ask: registry.ask, lines: fake.lines }
}

test('a question waits until it is known which modules there are', async () => {
  let sync: () => void = () => undefined
  const { ask } = hearing(new Promise<void>((resolve) => (sync = resolve)))
  let answer: unknown = 'none yet'
  const asked = ask(interpret.health, { manifest: web }).then((health) => (answer = health))
  await settled()
  assert.equal(answer, 'none yet')
  sync()
  await asked
  assert.equal(answer, 'Unhealthy')
})

test('a question does not wait for ever to hear of them, and that is said', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { ask, lines } = hearing(new Promise<void>(() => undefined))
  const asked = ask(interpret.health, { manifest: { ...web, kind: 'DaemonSet' } })
  t.mock.timers.tick(10_000)
  assert.equal(await asked, undefined)
  assert.match(lines.map(({ message }) => message).join(), /it is not known yet which modules there are/)
})

test('programs end with the plugin', async () => {
  const life = new AbortController()
  const sandboxes = fakeSandboxes({ v1: { interpretHealth: () => 'Healthy' } })
  const host: Host = { ...fakeHost({ objects: [module('a')], sandboxes }), signal: life.signal }
  new House(host)
  await settled()
  life.abort()
  assert.deepEqual(sandboxes.closed, ['v1'])
})
