import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { definePlugin, match, on } from '@flotilla/sdk'
import { fakeClient, fakeHost, manifest, Objects } from '@flotilla/sdk/testing'
import { readConfig } from './config/config.ts'
import { createControlPlane, type StageName } from './control-plane.ts'

/** A control plane of these stages, with a plugin that says when it runs and when it ends. */
function withStages(stages: readonly StageName[]) {
  const life = new AbortController()
  const told: string[] = []
  const plugin = definePlugin({
    name: 'telling',
    extensions: ({ signal }) => {
      signal.addEventListener('abort', () => told.push('ended'))
      return [on(match.choose, ({ policies }) => policies[0])]
    },
    controllers: () => [
      {
        name: 'telling',
        run: async () => {
          told.push('runs')
        },
      },
    ],
  })
  const { log, metrics } = fakeHost()
  const controlPlane = createControlPlane({
    client: fakeClient(new Objects([])),
    config: readConfig(),
    plugins: [{ plugin }],
    log,
    metrics,
    signal: life.signal,
    version: '0.1.0',
    stages,
  })
  return { controlPlane, told, end: () => life.abort() }
}

test('of a control plane that runs nothing, plugins can be asked until it ends', async () => {
  const { controlPlane, told, end } = withStages([])
  const policy = {
    ...manifest('policy.karmada.io/v1alpha1', 'PropagationPolicy', { name: 'a' }),
    spec: { resourceSelectors: [] },
  }
  const template = manifest('v1', 'ConfigMap', { name: 'a' })
  assert.equal(await controlPlane.ask(match.choose, { template, policies: [policy] }), policy)
  while (!controlPlane.isIdle(1_000_000)) await turn() // its caches fill
  assert.deepEqual(told, [])
  end()
  await controlPlane.run()
  assert.deepEqual(told, ['ended'])
})

test('the controllers of plugins are a stage like others', async () => {
  const { controlPlane, told, end } = withStages(['plugins'])
  end()
  await controlPlane.run()
  assert.deepEqual(told, ['runs', 'ended'])
})

test('plugins can be asked until the end also when nothing runs', async () => {
  const { controlPlane, told, end } = withStages([])
  const running = controlPlane.run()
  await turn()
  assert.deepEqual(told, [])
  end()
  await running
  assert.deepEqual(told, ['ended'])
})
