import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  annotation,
  type Condition,
  type EndpointSlice,
  endpointSliceKind,
  endpointsOf,
  executionNamespace,
  findCondition,
  type Manifest,
  type Member,
  type Service,
  type ServiceImport,
  serviceExportV1beta1Kind,
  serviceImportV1beta1Kind,
  serviceKind,
  sliceLabel,
  workName,
} from '@flotilla/sdk'
import {
  binding,
  cluster,
  examinePlugin,
  fakeHost,
  manifest,
  Objects,
  webExport,
  webService,
  webSlice,
  work,
} from '@flotilla/sdk/testing'
import { clusterset } from './clusterset.ts'
import { exportableServices } from './exportable.ts'
import { flatNetwork, gatewayNetworks } from './networks.ts'

examinePlugin(clusterset)

const apis = [
  {
    groupVersion: 'multicluster.x-k8s.io/v1beta1',
    resources: [
      { name: 'serviceexports', kind: 'ServiceExport' },
      { name: 'serviceimports', kind: 'ServiceImport' },
    ],
  },
]
const conditions = (ready: boolean): readonly Condition[] => [
  { type: 'Ready', status: ready ? 'True' : 'False', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }, // biome-ignore format: one condition
]
const joined = (name: string, ready = true, annotations = {}) =>
  cluster({ name, annotations, status: { apiEnablements: apis, conditions: conditions(ready) } })

const shop = manifest('v1', 'Namespace', { name: 'default' })
const exported = (words: Parameters<typeof webExport>[0] = {}, spec?: Parameters<typeof webExport>[1]): Manifest => ({
  ...webExport({ creationTimestamp: '2026-01-01T00:00:00Z', ...words }, spec),
  apiVersion: serviceExportV1beta1Kind.apiVersion,
})

const fakeSlices = (objects: Objects): readonly EndpointSlice[] => objects.store(endpointSliceKind).list()

const key = { namespace: 'default', name: 'web' }

/** Three clusters with the namespace, of which some export. */
const begin = (held: Readonly<Record<string, readonly Manifest[]>>, clusters: readonly Manifest[] = []) => {
  const members = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, held[name] ?? [shop]]))
  const host = fakeHost({
    objects: [...['a', 'b', 'c'].map((name) => joined(name)), ...clusters],
    members,
    plugins: [exportableServices, gatewayNetworks, flatNetwork],
  })
  clusterset.controllers?.(host)
  const controller = host.controllers.get('clusterset')
  assert.ok(controller)
  const at = (name: string): Objects => host.memberObjects.get(name) ?? new Objects()
  const settle = () => controller.reconcile('default/web')
  const imported = (name: string) => at(name).get(serviceImportV1beta1Kind, key) as ServiceImport | undefined
  const derived = (name: string) =>
    at(name).list(serviceKind).find(({ metadata }) => metadata.labels?.[sliceLabel.imported]) as Service | undefined // biome-ignore format: one chain
  const mirrored = (name: string): readonly EndpointSlice[] =>
    fakeSlices(at(name)).filter(({ metadata }) => metadata.labels?.[sliceLabel.imported] === 'web')
  const addresses = (name: string) =>
    mirrored(name).flatMap((slice) => endpointsOf(slice).flatMap(({ addresses }) => addresses)).sort() // biome-ignore format: one chain
  const said = (name: string, type: string) => {
    const { status } = (at(name).get(serviceExportV1beta1Kind, key) ?? {}) as { status?: { conditions?: Condition[] } }
    return findCondition(status?.conditions, type)
  }
  return { host, controller, at, settle, imported, derived, mirrored, addresses, said }
}

const a = [shop, exported(), webService(), webSlice(['10.0.0.1'])]
const b = [shop, exported({ creationTimestamp: '2026-01-02T00:00:00Z' }), webService(), webSlice(['10.1.0.1'])]

/** The binding of a Deployment that has to leave a cluster. */
const evicted = (name: string, from: string): Manifest => {
  const { spec, ...rest } = binding({ namespace: 'default', name })
  const resource = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name }
  return { ...rest, spec: { ...spec, resource, gracefulEvictionTasks: [{ fromCluster: from, reason: 'x', producer: 'y' }] } } // biome-ignore format: one object
}

const versionsOf = (host: ReturnType<typeof fakeHost>) => [...host.memberObjects.values()].map(({ version }) => version)

describe('what one cluster exports', () => {
  test('every cluster that has the namespace imports, with the endpoints', async () => {
    const { settle, imported, addresses, mirrored } = begin({ a, c: [] })
    await settle()
    for (const name of ['a', 'b']) {
      assert.equal(imported(name)?.spec?.type, 'ClusterSetIP')
      assert.deepEqual(imported(name)?.status?.clusters, [{ cluster: 'a' }])
      assert.deepEqual(addresses(name), ['10.0.0.1'])
    }
    assert.equal(imported('c'), undefined)
    const [slice] = mirrored('b')
    assert.equal(slice?.metadata.labels?.[sliceLabel.sourceCluster], 'a')
    assert.notEqual(slice?.metadata.labels?.[sliceLabel.managedBy], 'endpointslice-controller.k8s.io')
  })

  test('has an address where it is imported, when the cluster gives one out: one of each family', async () => {
    const { settle, imported, derived, at } = begin({ a })
    await settle()
    assert.equal(imported('b')?.spec?.ips, undefined)
    assert.equal(findCondition(imported('b')?.status?.conditions, 'Ready')?.reason, 'Pending')
    const service = derived('b')
    assert.ok(service)
    at('b').put({ ...service, spec: { ...service.spec, clusterIP: '10.9.0.1', clusterIPs: ['10.9.0.1', 'fd00::1'] } })
    await settle()
    assert.deepEqual(imported('b')?.spec?.ips, ['10.9.0.1', 'fd00::1'])
    assert.equal(findCondition(imported('b')?.status?.conditions, 'Ready')?.status, 'True')
  })

  test('is written once: nothing is written again without a change, and a change only writes its slices', async () => {
    const { host, settle, at, addresses } = begin({ a })
    await settle()
    await settle()
    const before = versionsOf(host)
    await settle()
    assert.deepEqual(versionsOf(host), before)
    at('a').put(webSlice(['10.0.0.1', '10.0.0.2']))
    await settle()
    assert.deepEqual(addresses('c'), ['10.0.0.1', '10.0.0.2'])
    assert.deepEqual(versionsOf(host).map((version, i) => Number(version) - Number(before[i])), [2, 1, 1]) // biome-ignore format: a has its own slice and its mirror
  })

  test('goes everywhere when nobody exports it any more, and not before', async () => {
    const { settle, imported, mirrored, derived, at } = begin({ a, b })
    await settle()
    at('a').remove(exported())
    await settle()
    assert.deepEqual(imported('c')?.status?.clusters, [{ cluster: 'b' }])
    at('b').remove(exported())
    await settle()
    for (const name of ['a', 'b', 'c'])
      assert.deepEqual([imported(name), derived(name), mirrored(name)], [undefined, undefined, []])
  })

  test('has the exported labels and annotations, and no others; what is exported no more goes', async () => {
    const spec = { exportedLabels: { l: '1' }, exportedAnnotations: { n: '1' } }
    const { settle, imported, at } = begin({ a: [shop, exported({ labels: { x: 'y' } }, spec), webService()] })
    await settle()
    const { labels, annotations } = imported('b')?.metadata ?? {}
    assert.deepEqual([labels?.l, labels?.x, annotations?.n], ['1', undefined, '1'])
    at('a').put(exported())
    await settle()
    assert.deepEqual(
      [imported('b')?.metadata.labels?.l, imported('b')?.metadata.annotations?.n],
      [undefined, undefined],
    )
  })

  test('without heads has no address, and the host names of its endpoints', async () => {
    const slice = webSlice(['10.0.0.1'])
    const named = {
      ...slice,
      endpoints: [{ addresses: ['10.0.0.1'], hostname: 'web-0', nodeName: 'n', targetRef: {} }],
    }
    const { settle, imported, derived, mirrored } = begin({
      a: [shop, exported(), webService({ clusterIP: 'None' }), named],
    })
    await settle()
    assert.deepEqual(
      [imported('b')?.spec?.type, imported('b')?.spec?.ips, derived('b')],
      ['Headless', undefined, undefined],
    )
    assert.deepEqual(mirrored('b')[0]?.endpoints, [{ addresses: ['10.0.0.1'], hostname: 'web-0' }])
    assert.equal(findCondition(imported('b')?.status?.conditions, 'Ready')?.status, 'True')
  })

  test('is another’s business when a Work brought the export', async () => {
    const { settle, imported } = begin({
      a: [shop, exported({ labels: { 'karmada.io/managed': 'true' } }), webService()],
    })
    await settle()
    assert.equal(imported('b'), undefined)
  })
})

describe('an export says what became of it', () => {
  test('it is valid, exported, and agrees with the others', async () => {
    const { settle, said } = begin({ a, b })
    await settle()
    assert.deepEqual(
      ['Valid', 'Ready', 'Conflict'].map((type) => [said('a', type)?.status, said('a', type)?.reason]),
      [
        ['True', 'Valid'],
        ['True', 'Exported'],
        ['False', 'NoConflicts'],
      ],
    )
  })

  for (const [reason, held] of Object.entries({
    NoService: [shop, exported()],
    InvalidServiceType: [shop, exported(), webService({ type: 'ExternalName' })],
  }))
    test(`it is not valid: ${reason}`, async () => {
      const { settle, said, imported } = begin({ a: held })
      await settle()
      assert.deepEqual([said('a', 'Valid')?.status, said('a', 'Valid')?.reason], ['False', reason])
      assert.equal(said('a', 'Ready')?.status, 'False')
      assert.equal(imported('b'), undefined)
    })

  test('a conflict is said on every export', async () => {
    const headless = [shop, exported({ creationTimestamp: '2026-01-02T00:00:00Z' }), webService({ clusterIP: 'None' })]
    const { settle, said, imported } = begin({ a, b: headless })
    await settle()
    for (const name of ['a', 'b']) assert.equal(said(name, 'Conflict')?.reason, 'TypeConflict')
    assert.equal(imported('c')?.spec?.type, 'ClusterSetIP')
  })
})

describe('endpoints of a cluster that is not ready', () => {
  test('are withdrawn while another cluster has some, and come back', async () => {
    const { host, settle, addresses } = begin({ a, b })
    await settle()
    assert.deepEqual(addresses('c'), ['10.0.0.1', '10.1.0.1'])
    host.objects.put(joined('a', false))
    await settle()
    assert.deepEqual(addresses('c'), ['10.1.0.1'])
    host.objects.put(joined('a'))
    await settle()
    assert.deepEqual(addresses('c'), ['10.0.0.1', '10.1.0.1'])
  })

  test('stay while there are no others: never an empty answer', async () => {
    const down = [shop, exported(), webService(), { ...webSlice(['10.1.0.1']), endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready: false } }] }] // biome-ignore format: one list
    const { host, settle, addresses } = begin({ a, b: down })
    await settle()
    host.objects.put(joined('a', false))
    await settle()
    assert.ok(addresses('c').includes('10.0.0.1'))
  })

  test('are withdrawn from a cluster that is being emptied, and come back', async () => {
    const { host, settle, addresses } = begin({ a, b })
    host.objects.put({ ...joined('a'), spec: { syncMode: 'Push', taints: [{ key: 'maintenance', effect: 'NoExecute' }] } }) // biome-ignore format: one call
    await settle()
    assert.deepEqual(addresses('c'), ['10.1.0.1'])
    host.objects.put(joined('a'))
    await settle()
    assert.deepEqual(addresses('c'), ['10.0.0.1', '10.1.0.1'])
  })

  test('are withdrawn when what the Service selects is being evicted, of which is heard', async () => {
    const selecting = [shop, exported(), webService({ selector: { app: 'web' } }), webSlice(['10.0.0.1'])]
    const { host, controller, settle, addresses } = begin({ a: selecting, b })
    await controller.listen()
    const content = manifest('apps/v1', 'Deployment', { namespace: 'default', name: 'front', spec: { template: { metadata: { labels: { app: 'web' } } } } }) // biome-ignore format: one call
    host.objects.put(work({ name: workName(content), namespace: executionNamespace('a'), manifest: content }))
    const heard = () => controller.heard.filter(({ name }) => name === 'web').length
    const before = heard()
    host.objects.put(evicted('front', 'a'))
    assert.ok(heard() > before)
    await settle()
    assert.deepEqual(addresses('c'), ['10.1.0.1'])
  })

  test('stay while no cluster is well: what was last known is better than nothing', async () => {
    const { host, settle, addresses } = begin({ a, b })
    await settle()
    for (const name of ['a', 'b']) host.objects.put(joined(name, false))
    await settle()
    assert.deepEqual(addresses('c'), ['10.0.0.1', '10.1.0.1'])
  })

  test('stay, and so does the import, while it is not known what the cluster exports', async () => {
    const first = begin({ a })
    await first.settle()
    const held = first.at('c').list(endpointSliceKind).concat(first.at('c').list(serviceImportV1beta1Kind), shop)
    const { settle, imported, addresses } = begin({ c: held }, [joined('a', false)])
    await settle()
    assert.deepEqual([imported('c')?.metadata.name, addresses('c')], ['web', ['10.0.0.1']])
  })
})

test('a member that does not answer keeps nobody else waiting, and is left alone for a while', async () => {
  const { host, settle, addresses } = begin({ a })
  const member = host.members.get('b')
  assert.ok(member)
  let asked = 0
  const hang = (_: unknown, __: unknown, { signal }: { readonly signal?: AbortSignal } = {}) => {
    asked++
    return new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  }
  Object.assign(member, { client: { ...member.client, create: hang, update: hang } })
  const outcome = await settle()
  assert.deepEqual([addresses('c'), outcome?.again], [['10.0.0.1'], 5_000])
  await settle()
  assert.equal(asked, 1)
})

describe('a Service that is to be reached near by', () => {
  const near = (words: { readonly exported?: object; readonly zone: string; readonly address: string }) => [
    shop,
    exported(words.exported),
    webService({ trafficDistribution: 'PreferClose' }),
    { ...webSlice([]), endpoints: [{ addresses: [words.address], zone: words.zone, hints: { forZones: [{ name: 'old' }] } }] }, // biome-ignore format: one object
  ]
  const placed = (name: string, region: string, zone: string) => ({ ...joined(name), spec: { syncMode: 'Push', region, zones: [zone] } }) // biome-ignore format: one object
  const hints = (slices: readonly EndpointSlice[]) =>
    Object.fromEntries(
      slices.flatMap((slice) => endpointsOf(slice).map(({ addresses, hints }) => [addresses[0], hints])),
    )

  test('has endpoints that say for which zones of a cluster they are', async () => {
    const held = { a: near({ zone: 'eu-1', address: '10.0.0.1' }), b: near({ zone: 'us-1', address: '10.1.0.1' }) }
    const clusters = [placed('a', 'eu', 'eu-1'), placed('b', 'us', 'us-1'), placed('c', 'eu', 'eu-2')]
    const { host, at, settle, mirrored } = begin(held, clusters)
    await settle()
    const forZones = (...zones: readonly string[]) => ({ forZones: zones.map((name) => ({ name })) })
    assert.deepEqual(hints(mirrored('c')), { '10.0.0.1': forZones('eu-1', 'eu-2'), '10.1.0.1': forZones('us-1') })
    assert.deepEqual(hints(mirrored('b')), { '10.0.0.1': forZones('eu-1'), '10.1.0.1': forZones('us-1') })
    const before = versionsOf(host)
    await settle()
    assert.deepEqual(versionsOf(host), before, 'and is written once')
    at('a').put(webSlice([]))
    await settle()
    assert.deepEqual(hints(mirrored('c')), { '10.1.0.1': forZones('us-1', 'eu-2') })
  })

  test('is one that says so: others have no hints', async () => {
    const [, , , slice] = near({ zone: 'eu-1', address: '10.0.0.1' })
    assert.ok(slice)
    const { settle, mirrored } = begin({ a: [shop, exported(), webService(), slice] }, [placed('c', 'eu', 'eu-2')])
    await settle()
    assert.deepEqual(hints(mirrored('c')), { '10.0.0.1': undefined })
  })
})

describe('nothing of the user’s is overwritten', () => {
  test('an import that a cluster has of its own', async () => {
    const own = manifest(serviceImportV1beta1Kind.apiVersion, 'ServiceImport', { ...key, spec: { type: 'Headless', ports: [] } }) // biome-ignore format: one object
    const { settle, imported, mirrored, said } = begin({ a, b: [shop, own] })
    await settle()
    assert.match(said('a', 'Ready')?.message ?? '', /, but b: there is a ServiceImport of their own/)
    assert.equal(imported('b')?.spec?.type, 'Headless')
    assert.deepEqual(mirrored('b'), [])
  })

  test('a Service that has the name of the derived one', async () => {
    const first = begin({ a })
    await first.settle()
    const name = first.derived('b')?.metadata.name ?? ''
    const own = { ...webService(), metadata: { namespace: 'default', name } }
    const { settle, at, imported, controller, derived } = begin({ a, b: [shop, own] })
    await settle()
    const ready = findCondition(imported('b')?.status?.conditions, 'Ready')
    assert.equal(ready?.status, 'False')
    assert.match(ready?.message ?? '', /the cluster has a Service derived-\S+ of its own; without that/)
    assert.deepEqual(at('b').get(serviceKind, own.metadata)?.metadata.labels, undefined)
    const count = () => controller.heard.filter(({ name }) => name === 'web').length
    const before = count()
    at('b').remove(own)
    assert.ok(count() > before, 'its end is heard of at once')
    await settle()
    assert.ok(derived('b'))
  })
})

test('clusters of other networks reach it through gateways', async () => {
  const outside = { [annotation.network]: 'east', [annotation.gateways]: '192.0.2.1' }
  const { settle, addresses } = begin({ a }, [joined('a', true, outside)])
  await settle()
  assert.deepEqual(addresses('a'), ['10.0.0.1'])
  assert.deepEqual(addresses('b'), ['192.0.2.1'])
})

test('hears of what is exported, and again when anything about it changes', async () => {
  const { controller, at, host } = begin({ a, c: [] })
  await controller.listen()
  const count = () => controller.heard.filter(({ name }) => name === 'web').length
  assert.ok(count() > 0)
  const changes = {
    endpoints: () => at('a').put(webSlice(['10.0.0.9'])),
    service: () => at('a').put(webService({ sessionAffinity: 'ClientIP' })),
    readiness: () => host.objects.put(joined('a', false)),
    taints: () => host.objects.put({ ...joined('c'), spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } }),
    region: () => host.objects.put({ ...joined('c'), spec: { region: 'eu' } }),
    network: () => host.objects.put(joined('b', true, { [annotation.network]: 'east' })),
    namespace: () => at('c').put(shop),
  }
  for (const [name, change] of Object.entries(changes)) {
    const before = count()
    change()
    assert.ok(count() > before, name)
  }
  const before = count()
  at('a').put({ ...webSlice(['10.0.0.9']), metadata: { namespace: 'default', name: 'x', labels: { [sliceLabel.service]: 'other' } } }) // biome-ignore format: one call
  assert.equal(count(), before, 'what nobody exports is no news')
})

test('a member that is slow to say what it has imports what others export once it has said it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const host = fakeHost({
    objects: ['a', 'b'].map((name) => joined(name)),
    members: { a, b: [shop] },
    plugins: [exportableServices, flatNetwork],
  })
  const late = (member: Member): Member => ({
    name: member.name,
    client: member.client,
    ready: true,
    store: (kind, selection) => {
      const store = member.store(kind, selection)
      return kind.kind === 'EndpointSlice' ? { ...store, synced: promise } : store
    },
  })
  const [first, second] = ['a', 'b'].map((name) => host.members.get(name))
  assert.ok(first && second)
  const members = [first, late(second)]
  clusterset.controllers?.({
    ...host,
    members: { ...host.members, get: (name) => members.find((each) => each.name === name), list: () => members },
  })
  const controller = host.controllers.get('clusterset')
  await controller?.reconcile('default/web')
  const imported = () => host.memberObjects.get('b')?.get(serviceImportV1beta1Kind, key)
  assert.equal(imported(), undefined)
  const before = controller?.heard.length ?? 0
  resolve()
  await controller?.listen()
  assert.ok((controller?.heard.length ?? 0) > before, 'it is heard of')
  await controller?.reconcile('default/web')
  assert.ok(imported())
})
