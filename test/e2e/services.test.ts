import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const meta = (name: string, more: object = {}) => ({ name, namespace: 'default', ...more })

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta(name),
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
  },
})

const service = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name),
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...more },
})

const policy = (name: string, clusters: readonly string[], ...selectors: readonly object[]) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterPropagationPolicy',
  metadata: { name },
  spec: { resourceSelectors: selectors, placement: { clusterAffinity: { clusterNames: clusters } } },
})

const multiClusterService = (name: string, from: readonly string[], to: readonly string[]) => ({
  apiVersion: 'networking.karmada.io/v1alpha1',
  kind: 'MultiClusterService',
  metadata: meta(name),
  spec: {
    types: ['CrossCluster'],
    providerClusters: from.map((cluster) => ({ name: cluster })),
    consumerClusters: to.map((cluster) => ({ name: cluster })),
  },
})

const conditionOf = ({ status }: Json, type: string) => status?.conditions?.find((each: Json) => each.type === type)

/** Services that are used in other clusters, with a real kubectl. */
describe('a Service is reached from other clusters', () => {
  let flotilla: Up
  let k: Kubectl
  const at = (member: string, ...args: readonly string[]) => k('--context', member, ...args)
  const apply = (context: string, ...objects: readonly object[]) =>
    k.run(['--context', context, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })).then(({ code, err }) => assert.equal(code, 0, err)) // biome-ignore format: one call
  const list = async (member: string, kind: string, ...args: readonly string[]): Promise<readonly Json[]> =>
    JSON.parse(await at(member, 'get', kind, '-o', 'json', ...args)).items
  const addresses = (slices: readonly Json[]): readonly string[] =>
    slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap((each: Json) => each.addresses)).sort()
  const own = (member: string, name: string) =>
    list(member, 'endpointslices', '-l', `kubernetes.io/service-name=${name},endpointslice.kubernetes.io/managed-by=endpointslice-controller.k8s.io`) // biome-ignore format: one call
  const brought = (member: string, name: string) =>
    list(member, 'endpointslices', '-l', `kubernetes.io/service-name=${name},endpointslice.kubernetes.io/managed-by=endpointslice-dispatch-controller.karmada.io`) // biome-ignore format: one call

  const explained = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await run('explain', '--kubeconfig', flotilla.kubeconfig, ...args)
    assert.equal(code, 0, err)
    return out
  }

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('by a MultiClusterService: its endpoints are in the consumers, and follow', async () => {
    await apply(
      'flotilla',
      policy('web', ['member1'], { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }),
      deployment('web', 2),
      service('web'),
      multiClusterService('web', ['member1'], ['member2']),
    )
    const arrived = (count: number) =>
      eventually(async () => {
        const here = addresses(await own('member1', 'web'))
        assert.equal(here.length, count)
        assert.deepEqual(addresses(await brought('member2', 'web')), here)
      })
    await arrived(2)
    assert.equal(await at('member2', 'get', 'service', 'web', '-o', 'name'), 'service/web\n')
    await assert.rejects(at('member3', 'get', 'service', 'web'))
    assert.deepEqual(await brought('member1', 'web'), [])
    const [slice] = await brought('member2', 'web')
    const [source] = await own('member1', 'web')
    assert.equal(slice.metadata.name, `member1-${source.metadata.name}`)
    assert.equal(slice.metadata.annotations['endpointslice.karmada.io/provision-cluster'], 'member1')
    const said = await k.json('multiclusterservice', 'web')
    for (const type of ['ServiceApplied', 'EndpointSliceDispatched']) assert.equal(conditionOf(said, type)?.status, 'True', type) // biome-ignore format: one check
    await k('scale', 'deployment', 'web', '--replicas=4')
    await arrived(4)
  })

  test('is explained: what was provided, taken, and from where the endpoints are', async () => {
    const text = await explained('service/web')
    assert.match(text, /^Object: +Service default\/web\n/)
    assert.match(text, /\nBetween clusters, by its MultiClusterService:\n\nCLUSTER +EXPORTED +IMPORTED +ENDPOINTS +FROM *\nmember1 +yes .*\nmember2 +<none> +yes +4 +member1 4\n?$/) // biome-ignore format: one call
  })

  test('a Service of its own that a consumer has is left alone, which is said where one looks', async () => {
    await apply('member3', service('web', { selector: { app: 'own' }, ports: [{ name: 'own', port: 99 }] }))
    await apply('flotilla', multiClusterService('web', ['member1'], ['member2', 'member3']))
    const message = await eventually(async () => {
      const said = conditionOf(await k.json('multiclusterservice', 'web'), 'ServiceApplied')
      assert.equal(said.status, 'False')
      assert.match(said.message, /cluster member3 does not take the Service: /)
      return said.message
    })
    const [, why = ''] = message.split('does not take the Service: ')
    const { services } = JSON.parse(await explained('service', 'web', '-o', 'json'))
    const [{ clusters }] = services
    assert.deepEqual(clusters.find((each: Json) => each.cluster === 'member3').imported, { done: false, why })
    const own = JSON.parse(await at('member3', 'get', 'service', 'web', '-o', 'json'))
    assert.deepEqual([own.spec.selector, own.spec.ports[0].port], [{ app: 'own' }, 99])
    await apply('flotilla', multiClusterService('web', ['member1'], ['member2']))
    await eventually(async () => assert.equal(conditionOf(await k.json('multiclusterservice', 'web'), 'ServiceApplied').status, 'True')) // biome-ignore format: one call
    await at('member3', 'delete', 'service', 'web')
  })

  test('until it goes: then nothing of it is left in the consumers, and the Service is a policy’s again', async () => {
    await k('delete', 'multiclusterservice', 'web', '--timeout=60s')
    await eventually(async () => assert.deepEqual(await brought('member2', 'web'), []))
    const { metadata } = await k.json('service', 'web')
    assert.equal(metadata.labels?.['resourcetemplate.karmada.io/claimed-by'], undefined)
    await eventually(async () => assert.deepEqual(await list('flotilla', 'works', '-A', '-l', 'endpointslice.karmada.io/managed-by'), [])) // biome-ignore format: one call
  })

  test('by a ServiceExport and a ServiceImport that policies bring to clusters', async () => {
    const crds = ['serviceexports.multicluster.x-k8s.io', 'serviceimports.multicluster.x-k8s.io']
    const mcs = 'multicluster.x-k8s.io/v1alpha1'
    await apply(
      'flotilla',
      policy('kinds', ['member1', 'member2'], ...crds.map((name) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name }))), // biome-ignore format: one call
      policy('api', ['member1'], { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' }, { apiVersion: 'v1', kind: 'Service', name: 'api' }, { apiVersion: mcs, kind: 'ServiceExport', name: 'api' }), // biome-ignore format: one call
      policy('api-imports', ['member2'], { apiVersion: mcs, kind: 'ServiceImport', name: 'api' }),
      deployment('api', 2),
      service('api'),
      { apiVersion: mcs, kind: 'ServiceExport', metadata: meta('api') },
      { apiVersion: mcs, kind: 'ServiceImport', metadata: meta('api'), spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } }, // biome-ignore format: one object
    )
    await eventually(async () => {
      const here = addresses(await own('member1', 'api'))
      assert.equal(here.length, 2)
      assert.deepEqual(addresses(await list('flotilla', 'endpointslices', '-l', 'kubernetes.io/service-name=derived-api')), here) // biome-ignore format: one call
      assert.deepEqual(addresses(await list('member2', 'endpointslices', '-l', 'kubernetes.io/service-name=derived-api')), here) // biome-ignore format: one call
      assert.equal(await at('member2', 'get', 'service', 'derived-api', '-o', 'name'), 'service/derived-api\n')
    }, 60_000)
    const saysOf = async (kind: string) => conditionOf(await k.json(kind, 'api'), 'Ready')
    await eventually(async () => assert.equal((await saysOf('serviceexport')).reason, 'Exported'))
    await eventually(async () => assert.equal((await saysOf('serviceimport')).reason, 'Ready'))
    await k('delete', 'serviceexport', 'api')
    await eventually(async () => assert.match((await saysOf('serviceimport')).message, /no cluster that exports it/))
    await eventually(async () => assert.deepEqual(await list('flotilla', 'endpointslices', '-l', 'kubernetes.io/service-name=derived-api'), [])) // biome-ignore format: one call
    await k('delete', 'serviceimport', 'api')
    await eventually(() => assert.rejects(k('get', 'service', 'derived-api')))
  })

  test('a Service that has the name an import needs is left alone, which the import says until it is gone', async () => {
    const mine = service('derived-taken', { ports: [{ name: 'own', port: 99 }] })
    const imported = {
      apiVersion: 'multicluster.x-k8s.io/v1alpha1',
      kind: 'ServiceImport',
      metadata: meta('taken'),
      spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    }
    await apply('flotilla', mine)
    await apply('flotilla', imported)
    const said = async () => conditionOf(await k.json('serviceimport', 'taken'), 'Ready')
    await eventually(async () => assert.equal((await said()).reason, 'NameTaken'))
    assert.equal((await said()).message, 'Service default/derived-taken was not made for an import and is left alone; rename it') // biome-ignore format: one call
    assert.equal((await k.json('service', 'derived-taken')).spec.ports[0].port, 99)
    assert.match(await explained('service/taken'), /ServiceImport: Ready: Service default\/derived-taken was not made/)
    await k('delete', 'service', 'derived-taken')
    await eventually(async () => assert.equal((await k.json('service', 'derived-taken')).spec.ports[0].port, 80))
    await eventually(async () => assert.equal((await said()).reason, 'Pending'))
    await k('delete', 'serviceimport', 'taken')
  })

  test('by a ServiceExport in a member: every member imports it, with an address and the endpoints of all exporters', async () => {
    const crds = ['serviceexports.multicluster.x-k8s.io', 'serviceimports.multicluster.x-k8s.io']
    await apply(
      'flotilla',
      policy('kinds', ['member1', 'member2', 'member3'], ...crds.map((name) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name }))), // biome-ignore format: one call
    )
    const serviceExport = {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceExport',
      metadata: meta('hello'),
    }
    await eventually(() => apply('member2', deployment('hello', 2), service('hello'), serviceExport))
    const mirrored = (member: string) => list(member, 'endpointslices', '-l', 'multicluster.kubernetes.io/service-name=hello') // biome-ignore format: one call
    const imported = async (member: string): Promise<Json> => JSON.parse(await at(member, 'get', 'serviceimports.v1beta1.multicluster.x-k8s.io', 'hello', '-o', 'json')) // biome-ignore format: one call
    for (const member of ['member1', 'member2', 'member3'])
      await eventually(async () => {
        const { spec, status } = await imported(member)
        assert.equal(spec.type, 'ClusterSetIP')
        assert.deepEqual(spec.ports, [{ name: 'http', port: 80, protocol: 'TCP' }])
        assert.match(spec.ips[0], /^10\./)
        assert.deepEqual(status.clusters, [{ cluster: 'member2' }])
        assert.deepEqual(addresses(await mirrored(member)), addresses(await own('member2', 'hello')))
        assert.equal(addresses(await mirrored(member)).length, 2)
      }, 60_000)
    const said = JSON.parse(await at('member2', 'get', 'serviceexport', 'hello', '-o', 'json'))
    const statuses = ['Valid', 'Ready', 'Conflict'].map((type) => conditionOf(said, type)?.status)
    assert.deepEqual(statuses, ['True', 'True', 'False'])
    await eventually(() => apply('member1', deployment('hello', 1), service('hello', { ports: [{ name: 'http', port: 81 }] }), serviceExport)) // biome-ignore format: one call
    await eventually(async () => {
      assert.equal(addresses(await mirrored('member3')).length, 3)
      for (const member of ['member1', 'member2'])
        assert.equal(conditionOf(JSON.parse(await at(member, 'get', 'serviceexport', 'hello', '-o', 'json')), 'Conflict')?.reason, 'PortConflict') // biome-ignore format: one call
      assert.deepEqual((await imported('member3')).spec.ports, [{ name: 'http', port: 80, protocol: 'TCP' }])
    })
    const text = await explained('service/hello', '-o', 'wide')
    assert.match(text, /^Object: +Service default\/hello\n(.*\n)*Between clusters, by a ServiceExport in members:\n/)
    assert.match(text, /\nmember1 +yes +yes +10\.\S+ +3 +member1 1, member2 2 +PortConflict: .*\nmember2 .*\nmember3 +no +yes +10\.\S+ +3 +member1 1, member2 2/) // biome-ignore format: one call
    for (const member of ['member1', 'member2']) await at(member, 'delete', 'serviceexport', 'hello')
    for (const member of ['member1', 'member2', 'member3'])
      await eventually(async () => {
        assert.equal(await at(member, 'get', 'serviceimport', 'hello', '--ignore-not-found'), '')
        assert.deepEqual(await mirrored(member), [])
      })
  })
})
