import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const protection = 'resourcetemplate.karmada.io/deletion-protected'

const configMap = (name: string, namespace = 'default', labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
})

const gadgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
}

/** What is protected from deletion, of whatever kind and however it is tried, with a real kubectl. */
describe('what is protected from deletion', () => {
  let flotilla: Up
  let k: Kubectl

  const apply = async (...objects: readonly object[]) => {
    for (const object of objects) {
      const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(object))
      assert.equal(code, 0, err)
    }
  }
  const refused = async (...args: readonly string[]) => {
    const { code, err } = await k.run(args)
    assert.equal(code, 1, 'kubectl fails')
    assert.match(err, /Error from server \(Forbidden\): .* is protected from deletion: remove its label/)
  }

  before(async () => {
    flotilla = await up({ members: 1 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('stays, of any kind, until the label goes', async () => {
    await apply(
      gadgets,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      configMap('settings', 'shop'),
    )
    const objects = ['configmap/settings', 'namespace/shop', 'cluster/member1', 'crd/gadgets.example.com']
    for (const object of objects) await k('label', '-n', 'shop', object, `${protection}=Always`)
    for (const object of objects) await refused('delete', '-n', 'shop', object)
    for (const object of objects) await refused('delete', '-n', 'shop', object, '--force', '--grace-period=0')
    for (const object of objects) await k('label', '-n', 'shop', object, `${protection}-`)
    for (const object of objects) await k('delete', '-n', 'shop', object)
  })

  test('stays among others that go', async () => {
    await apply(configMap('a'), configMap('b', 'default', { [protection]: 'Always' }), configMap('c'))
    await refused('delete', 'configmaps', '-n', 'default', '--all')
    assert.equal(await k('get', 'configmaps', '-n', 'default', '-o', 'name'), 'configmap/b\n')
    await refused('delete', '--raw', '/api/v1/namespaces/default/configmaps')
    assert.equal(await k('get', 'configmaps', '-n', 'default', '-o', 'name'), 'configmap/b\n')
  })

  test('keeps the namespace it is in', async () => {
    await apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } },
      configMap('kept', 'full', { [protection]: 'Always' }),
    )
    await k('delete', 'namespace', 'full', '--wait=false')
    await eventually(async () => {
      const { status } = await k.json('namespace', 'full')
      assert.equal(status.phase, 'Terminating')
      const failure = status.conditions.find(({ type }: Json) => type === 'NamespaceDeletionContentFailure')
      assert.match(failure.message, /ConfigMap "kept" is protected from deletion/)
    })
    assert.equal(await k('get', 'configmaps', '-n', 'full', '-o', 'name'), 'configmap/kept\n')
    await k('label', '-n', 'full', 'configmap/kept', `${protection}-`)
    await eventually(async () => assert.equal(await k('get', 'namespace', 'full', '--ignore-not-found'), ''))
  })

  test('may be changed, and another value protects nothing', async () => {
    await apply(configMap('d', 'default', { [protection]: 'Never' }))
    await k('annotate', 'configmap', 'd', 'a=b')
    await k('delete', 'configmap', 'd')
  })
})
