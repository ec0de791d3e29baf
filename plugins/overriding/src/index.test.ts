import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, deepFreeze, type Manifest, type Overriders, Registry, render } from '@flotilla/sdk'
import { examineList } from '@flotilla/sdk/testing'
import { overridingPlugins } from './index.ts'

examineList(overridingPlugins, import.meta.dirname)

test('the parts of a rule are applied in the order of Karmada', async () => {
  const registry = new Registry()
  const host = undefined as never // none of them asks its host for anything
  for (const plugin of overridingPlugins) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)
  const overriders: Overriders = {
    plaintext: [{ operator: 'replace', path: '/metadata/labels/order', value: 'plaintext' }],
    annotationsOverrider: [{ operator: 'add', value: { seen: 'yes' } }],
    labelsOverrider: [{ operator: 'add', value: { order: 'labels' } }],
    imageOverrider: [{ component: 'Tag', operator: 'replace', value: '2' }],
    commandOverrider: [{ containerName: 'web', operator: 'add', value: ['run'] }],
    argsOverrider: [{ containerName: 'web', operator: 'add', value: ['--fast'] }],
    fieldOverrider: [{ fieldPath: '/metadata/annotations/json', json: [{ subPath: '/a', operator: 'remove' }] }],
  }
  const manifest: Manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', annotations: { json: '{"a":1,"b":2}' } },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  }
  const cluster = { apiVersion: '', kind: 'Cluster', metadata: { name: 'member1' } } as Cluster // nobody looks at it
  assert.deepEqual(await registry.ask(render.override, deepFreeze({ manifest, cluster, overriders })), {
    ...manifest,
    metadata: { name: 'web', labels: { order: 'plaintext' }, annotations: { json: '{"b":2}', seen: 'yes' } },
    spec: { containers: [{ name: 'web', image: 'web:2', command: ['run'], args: ['--fast'] }] },
  })
})
