import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const old = 'resourcebindings.v1alpha1.work.karmada.io'

/** Bindings through the version that old clients speak, with a real kubectl. */
describe('a binding in its first version', () => {
  let flotilla: Up
  let k: Kubectl

  const binding = (): Promise<Json> => k.json('rb', 'web-deployment')
  const oldBinding = (): Promise<Json> => k.json(old, 'web-deployment')

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await k('apply', '-f', 'docs/samples/web')
    await eventually(async () => {
      const { status } = await binding()
      assert.deepEqual(
        status.aggregatedStatus.map(({ health }: Json) => health),
        ['Healthy', 'Healthy', 'Healthy'],
      )
    })
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('is read and listed by kubectl', async () => {
    const { items } = parse(await k('get', old, '-o', 'yaml')) as Json
    const [web] = items.filter(({ metadata }: Json) => metadata.name === 'web-deployment')
    assert.equal(web.apiVersion, 'work.karmada.io/v1alpha1')
    assert.deepEqual([web.spec.resource.kind, web.spec.resource.replicas], ['Deployment', 6])
    assert.deepEqual(Object.keys(web.spec).sort(), ['clusters', 'resource'])
    assert.deepEqual(web.spec.clusters, [
      { name: 'member1', replicas: 1 },
      { name: 'member2', replicas: 2 },
      { name: 'member3', replicas: 3 },
    ])
    assert.equal(web.status.aggregatedStatus[0].health, undefined)
    assert.equal(web.status.aggregatedStatus[0].applied, true)
  })

  test('is written without loss of what it cannot say', async () => {
    const before = await binding()
    await k('annotate', old, 'web-deployment', 'note=mine')
    await k('patch', old, 'web-deployment', '--type=merge', '-p', '{"metadata":{"labels":{"team":"shop"}}}')
    const replaced = await oldBinding()
    replaced.metadata.annotations.note = 'ours'
    const { code, err } = await k.run(['replace', '-f', '-'], JSON.stringify(replaced))
    assert.equal(code, 0, err)
    const after = await binding()
    assert.deepEqual([after.metadata.annotations.note, after.metadata.labels.team], ['ours', 'shop'])
    assert.deepEqual([after.spec, after.metadata.generation], [before.spec, before.metadata.generation])
  })

  test('is applied by the server', async () => {
    const applied = {
      apiVersion: 'work.karmada.io/v1alpha1',
      kind: 'ResourceBinding',
      metadata: { name: 'web-deployment', namespace: 'default', labels: { tier: 'gold' } },
    }
    const args = ['apply', '--server-side', '--field-manager=old', '-f', '-']
    const { code, err } = await k.run(args, JSON.stringify(applied))
    assert.equal(code, 0, err)
    const { metadata, spec } = await binding()
    assert.equal(metadata.labels.tier, 'gold')
    assert.ok(spec.placement)
  })

  test('is created with the id of every binding', async () => {
    const created = {
      apiVersion: 'work.karmada.io/v1alpha1',
      kind: 'ResourceBinding',
      metadata: { name: 'old', namespace: 'default' },
      spec: {
        resource: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'default',
          name: 'none',
          replicas: 2,
          resourcePerReplicas: { cpu: '1' },
        },
      },
    }
    const { code, err } = await k.run(['create', '-f', '-'], JSON.stringify(created))
    assert.equal(code, 0, err)
    const { metadata, spec } = await k.json('rb', 'old')
    assert.match(metadata.labels['resourcebinding.karmada.io/permanent-id'], /^[0-9a-f-]{36}$/)
    assert.deepEqual([spec.replicas, spec.replicaRequirements], [2, { resourceRequest: { cpu: '1' } }])
    await k('delete', old, 'old', '--wait=false')
  })

  test('has a definition that says so', async () => {
    const { spec } = await k.json('crd', 'resourcebindings.work.karmada.io')
    assert.equal(spec.conversion.strategy, 'Webhook')
    assert.deepEqual(
      spec.versions.filter(({ storage }: Json) => storage).map(({ name }: Json) => name),
      ['v1alpha2'],
    )
  })
})
