import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const scheduled = (binding: Json): Json => binding.status?.conditions?.find((each: Json) => each.type === 'Scheduled')

/** A ConfigMap and a policy that sends it everywhere. */
const spread = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } },
      {
        apiVersion: 'policy.karmada.io/v1alpha1',
        kind: 'PropagationPolicy',
        metadata: { name, namespace: 'default' },
        spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name }], placement: {} },
      },
    ],
  })

describe("the guide's plugin", () => {
  let flotilla: Up
  let k: Kubectl
  before(async () => {
    flotilla = await up({ members: 2, args: ['--config', 'docs/guides/first-plugin/flotilla.yaml'] })
    k = kubectl(flotilla.kubeconfig)
  })
  after(() => flotilla.stop())

  test('keeps new work out of a cluster under maintenance', async () => {
    await k('label', 'cluster', 'member1', 'maintenance=true')
    await k.run(['apply', '-f', '-'], spread('somewhere'))
    await eventually(async () => {
      const { spec } = await k.json('rb', 'somewhere-configmap')
      assert.deepEqual(spec.clusters, [{ name: 'member2' }])
    })
  })

  test('says so when no cluster is left, and lets work in when one is', async () => {
    await k('label', 'cluster', 'member2', 'maintenance=true')
    await k.run(['apply', '-f', '-'], spread('nowhere'))
    await eventually(async () => {
      const { message } = scheduled(await k.json('rb', 'nowhere-configmap'))
      assert.match(message, /0\/2 clusters are available: 2 cluster\(s\) were under maintenance \(label maintenance\)/)
    })
    await k('label', 'cluster', 'member1', 'maintenance-')
    await eventually(async () => {
      const { spec } = await k.json('rb', 'nowhere-configmap')
      assert.deepEqual(spec.clusters, [{ name: 'member1' }])
    })
  })
})

const configOf = (plugin: string, setting: object = {}): string => {
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-plugin-'))
  writeFileSync(join(directory, 'plugin.js'), plugin)
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  const config = { pluginTimeout: '200ms', plugins: [{ name: './plugin.js', ...setting }] }
  writeFileSync(join(directory, 'flotilla.yaml'), JSON.stringify(config))
  return join(directory, 'flotilla.yaml')
}

describe('a plugin that misbehaves', () => {
  const moody = `
    const filter = ({ binding }) => {
      if (binding.spec.resource.name === 'doomed') throw new Error('out of ink')
      if (binding.spec.resource.name === 'endless') return new Promise(() => {})
    }
    export const plugin = { name: 'moody', extensions: () => [{ point: { id: 'schedule.filter' }, handler: filter }] }`
  let flotilla: Up
  let k: Kubectl
  before(async () => {
    flotilla = await up({ members: 1, args: ['--config', configOf(moody)] })
    k = kubectl(flotilla.kubeconfig)
  })
  after(() => flotilla.stop())

  const complaints: Record<string, RegExp> = {
    doomed: /plugin moody failed at schedule\.filter: out of ink/,
    endless: /plugin moody did not answer schedule\.filter within 200 ms/,
  }
  for (const [name, complaint] of Object.entries(complaints)) {
    test(`fails its own call, with its name in an event and in the condition: ${name}`, async () => {
      await k.run(['apply', '-f', '-'], spread(name))
      await eventually(async () => {
        const { items } = await k.json('events', '--field-selector', `involvedObject.name=${name}-configmap`)
        assert.ok(items.some((event: Json) => event.type === 'Warning' && complaint.test(event.message)))
        assert.match(scheduled(await k.json('rb', `${name}-configmap`)).message, complaint)
      })
    })
  }

  test('holds nobody else up', async () => {
    await k.run(['apply', '-f', '-'], spread('fine'))
    await eventually(async () => {
      assert.equal(scheduled(await k.json('rb', 'fine-configmap')).status, 'True')
    })
  })
})

describe('a plugin that does not fit ends the start with its name', () => {
  const cases: Record<string, { config: () => string; says: RegExp }> = {
    'not installed': { config: () => configOf('', { name: 'flotilla-plugin-absent' }), says: /flotilla-plugin-absent/ },
    'made for another Flotilla': {
      config: () => configOf(`export const plugin = { name: 'late', host: '>=9', extensions: () => [] }`),
      says: /PLUGIN_HOST_VERSION: plugin late works with Flotilla >=9/,
    },
    'needs what is not there': {
      config: () => configOf(`export const plugin = { name: 'lonely', needs: ['friend'], extensions: () => [] }`),
      says: /PLUGIN_NEEDS: plugin lonely needs friend/,
    },
    'options it does not take': {
      config: () => configOf(`export const plugin = { name: 'plain', extensions: () => [] }`, { options: { a: 1 } }),
      says: /PLUGIN_OPTIONS: the options of plugin plain do not fit/,
    },
  }
  for (const [name, { config, says }] of Object.entries(cases)) {
    test(name, async () => {
      await assert.rejects(up({ members: 0, args: ['--config', config()] }), says)
    })
  }
})
