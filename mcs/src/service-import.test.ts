import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  annotation,
  type Binding,
  bindingName,
  clusterKind,
  clusterOfNamespace,
  type EndpointSlice,
  endpointSliceKind,
  executionNamespace,
  finalizer,
  findCondition,
  type Kind,
  keyOf,
  label,
  type Manifest,
  resourceBindingKind,
  type Service,
  type ServiceExport,
  type ServiceImport,
  serviceExportKind,
  serviceImportKind,
  serviceKind,
  sliceLabel,
  sliceManager,
  type Work,
  withLabel,
  workKind,
} from '@flotilla/sdk'
import { cluster, examinePlugin, fakeHost, manifest, webExport, webService, webSlice } from '@flotilla/sdk/testing'
import { collectedWork } from './collected.ts'
import { serviceImport } from './service-import.ts'

examinePlugin(serviceImport)

const imported = (spec: Partial<ServiceImport['spec']> = {}, words: object = {}): ServiceImport =>
  manifest(serviceImportKind.apiVersion, 'ServiceImport', {
    namespace: 'default',
    name: 'web',
    uid: 'uid-import',
    ...words,
    spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80 }], ...spec },
  })

const collected = (
  addresses: readonly string[],
  flow: 'ServiceExport' | 'MultiClusterService' = 'ServiceExport',
): Work =>
  withLabel(
    collectedWork(
      { cluster: 'member1', service: { namespace: 'default', name: 'web' }, slice: webSlice(addresses), flows: [flow] },
      undefined,
    ),
    label.workId,
    'id-1',
  )

const collectedFrom = (from: string, addresses: readonly string[]): Work =>
  collectedWork(
    { cluster: from, service: { namespace: 'default', name: 'web' }, slice: webSlice(addresses), flows: ['ServiceExport'] }, // biome-ignore format: one object
    undefined,
  )

const begin = (...objects: readonly Manifest[]) => {
  const host = fakeHost({ objects })
  serviceImport.controllers?.(host)
  const of = (name: string, key: string) => host.controllers.get(name)?.reconcile(key)
  const derived = () => host.objects.store(serviceKind).get({ namespace: 'default', name: 'derived-web' })
  const slice = (): EndpointSlice | undefined =>
    host.objects.store(endpointSliceKind).get({ namespace: 'default', name: 'imported-member1-web-0' })
  const workKey = `${executionNamespace('member1')}/${collected([]).metadata.name}`
  return {
    host,
    derived,
    slice,
    derive: () => of('derived-service', 'default/web'),
    bring: () => of('imported-slices', workKey),
  }
}

describe('a ServiceImport with an address', () => {
  test('has a Service of its own, with its ports, that says its addresses', async () => {
    const { host, derived, derive } = begin(imported({ ips: ['10.0.0.9'] }))
    await derive()
    const { spec, status, metadata } = derived() as Service
    assert.deepEqual(spec, { type: 'ClusterIP', ports: [{ name: 'http', protocol: 'TCP', port: 80 }] })
    assert.deepEqual(status?.loadBalancer?.ingress, [{ ip: '10.0.0.9' }])
    assert.equal(metadata.ownerReferences?.[0]?.uid, 'uid-import')
    assert.deepEqual(
      host.events.map(({ reason }) => reason),
      ['SyncDerivedServiceSucceed'],
    )
  })

  test('is written once, follows its import, and keeps the address it has', async () => {
    const { host, derived, derive } = begin(imported())
    await derive()
    const before = host.objects.version
    await derive()
    assert.equal(host.objects.version, before)
    const now = derived() as Service
    host.objects.put({ ...now, spec: { ...now.spec, clusterIP: '10.1.1.1' } })
    host.objects.put(imported({ ports: [{ port: 81 }] }))
    await derive()
    assert.deepEqual([derived()?.spec?.clusterIP, derived()?.spec?.ports?.[0]?.port], ['10.1.1.1', 81])
  })

  test('leaves a Service of that name alone that is not its own, and says so', async () => {
    const own = { ...webService(), metadata: { namespace: 'default', name: 'derived-web', uid: 'mine' } }
    const { host, derived, derive } = begin(imported({ ports: [{ port: 9 }] }), own)
    await derive()
    assert.equal(derived()?.spec?.ports?.[0]?.port, 80)
    assert.deepEqual(
      host.events.map(({ reason }) => reason),
      ['SyncDerivedServiceFailed'],
    )
  })

  test('without heads has none', async () => {
    const { derived, derive } = begin(imported({ type: 'Headless' }))
    await derive()
    assert.equal(derived(), undefined)
  })

  test('is looked at again when its Service is changed or taken away', () => {
    const { host } = begin()
    const service = { ...webService(), metadata: { namespace: 'default', name: 'derived-web' } }
    const keys = (change: object) => host.controllers.get('derived-service')?.keysOf(serviceKind, change)
    assert.deepEqual(keys({ before: service }), [{ namespace: 'default', name: 'web' }])
    assert.deepEqual(keys({ before: webService() }), [])
  })
})

describe('a slice that was collected for an export', () => {
  test('is on the control plane, of the Service that stands for the import', async () => {
    const { slice, bring } = begin(collected(['10.0.0.1']))
    await bring()
    const { metadata, endpoints } = slice() as EndpointSlice
    assert.equal(metadata.labels?.[sliceLabel.service], 'derived-web')
    assert.equal(metadata.labels?.[sliceLabel.managedBy], sliceManager.imported)
    assert.equal(metadata.labels?.[label.workId], 'id-1')
    assert.equal(clusterOfNamespace(metadata.annotations?.[annotation.workNamespace]), 'member1')
    assert.deepEqual(
      endpoints?.flatMap(({ addresses }) => addresses),
      ['10.0.0.1'],
    )
  })

  test('is written once, and follows', async () => {
    const { host, slice, bring } = begin(collected(['10.0.0.1']))
    await bring()
    const before = host.objects.version
    await bring()
    assert.equal(host.objects.version, before)
    host.objects.put(collected(['10.0.0.2']))
    await bring()
    assert.deepEqual(slice()?.endpoints?.[0]?.addresses, ['10.0.0.2'])
  })

  test('goes with its Work, or when no export wants it any more; the Work is let go of', async () => {
    const { host, slice, bring } = begin(collected(['10.0.0.1']))
    await bring()
    const work = host.objects.list(workKind)[0] as Manifest
    await host.client.delete(workKind, keyOf(work))
    await bring()
    assert.deepEqual([slice(), host.objects.list(workKind)], [undefined, []])
    const other = { ...collected(['10.0.0.1'], 'MultiClusterService') }
    const finalizers = [finalizer.endpointSlice, finalizer.endpointSliceDispatch]
    const shared = begin({ ...other, metadata: { ...other.metadata, finalizers } })
    await shared.bring()
    assert.deepEqual(shared.host.objects.list(workKind)[0]?.metadata.finalizers, [finalizer.endpointSliceDispatch])
  })

  test('goes while its cluster is not well and another is ready, and comes back', async () => {
    const [near, far] = [collected(['10.0.0.1']), collectedFrom('member2', ['10.0.0.2'])]
    const bothWell = [cluster({ name: 'member1' }), cluster({ name: 'member2' })]
    const { host, slice, bring } = begin(near, far, ...bothWell)
    await bring()
    assert.ok(slice())
    const before = cluster({ name: 'member1' })
    for (const after of [
      cluster({ name: 'member1', ready: false }),
      cluster({ name: 'member1', taints: [{ key: 'k', effect: 'NoExecute' }] }),
    ]) {
      host.objects.put(after)
      assert.ok(host.controllers.get('imported-slices')?.keysOf(clusterKind, { before, after }).some(({ name }) => name === near.metadata.name)) // biome-ignore format: one call
      await bring()
      assert.equal(slice(), undefined)
      host.objects.put(before)
      await bring()
      assert.ok(slice())
    }
    host.objects.put(cluster({ name: 'member1', ready: false }))
    const nobody = collectedFrom('member2', [])
    assert.deepEqual(
      host.controllers
        .get('imported-slices')
        ?.keysOf(workKind, { before: far, after: nobody })
        .map(({ name }) => name),
      [near.metadata.name],
    )
    host.objects.put(nobody)
    await bring()
    assert.ok(slice(), 'what was last known is better than nothing')
  })

  test('leaves a slice of that name alone that was not made for it', async () => {
    const own = webSlice(['192.0.2.1'], { name: 'imported-member1-web-0' })
    const { host, slice, bring } = begin(collected(['10.0.0.1']), own)
    await bring()
    assert.deepEqual(slice()?.endpoints?.[0]?.addresses, ['192.0.2.1'])
    assert.deepEqual(
      host.events.map(({ reason }) => reason),
      ['SyncFailed'],
    )
  })
})

describe('what policies bring says what became of it', () => {
  const key = { namespace: 'default', name: 'web' }
  const bound = (kind: string, name: string, refused?: string) =>
    manifest(resourceBindingKind.apiVersion, resourceBindingKind.kind, {
      namespace: 'default',
      name: bindingName(kind, name),
      spec: { resource: { apiVersion: 'v1', kind, ...key, name }, clusters: [{ name: 'member2' }] },
      status: { aggregatedStatus: [{ clusterName: 'member2', applied: !refused, ...(refused && { appliedMessage: refused }) }] }, // biome-ignore format: one object
    }) as Binding
  const derivedOfIt = {
    ...webService(),
    metadata: {
      namespace: 'default',
      name: 'derived-web',
      ownerReferences: [{ ...serviceImportKind, name: 'web', uid: 'uid-import' }],
    },
  }
  const well = [
    webExport(),
    imported(),
    webService(),
    derivedOfIt,
    collected(['10.0.0.1']),
    bound('ServiceExport', 'web'),
    bound('ServiceImport', 'web'),
  ]
  const own = webSlice(['192.0.2.1'], { name: 'imported-member1-web-0' })
  const noNamespace = 'namespaces "default" not found'

  /** What is said of the two when these objects are there, and those are not. */
  const said = async (more: readonly Manifest[], without: readonly Manifest[] = []) => {
    const host = fakeHost({ objects: [...well.filter((each) => !without.includes(each)), ...more] })
    serviceImport.controllers?.(host)
    const say = () => host.controllers.get('import-status')?.reconcile('default/web')
    await say()
    const before = host.objects.version
    await say()
    assert.equal(host.objects.version, before, 'it is said once')
    const [from, to] = [host.objects.store(serviceExportKind).get(key), host.objects.store(serviceImportKind).get(key)]
    const words = (object: ServiceExport | ServiceImport | undefined, type: string) => {
      const { status, reason, message } = findCondition(object?.status?.conditions, type) ?? {}
      return `${status} ${reason}: ${message}`
    }
    return { valid: words(from, 'Valid'), exported: words(from, 'Ready'), imported: words(to, 'Ready') }
  }

  test('all is well', async () => {
    assert.deepEqual(await said([]), {
      valid: 'True Valid: the Service can be exported',
      exported: 'True Exported: its endpoints are on the control plane',
      imported: 'True Ready: the Service can be used',
    })
  })

  const [, , template, , slice, exportBinding, importBinding] = well as readonly Manifest[] as [Manifest, Manifest, Manifest, Manifest, Manifest, Manifest, Manifest] // biome-ignore format: as listed above
  const externalName = { ...webService(), spec: { type: 'ExternalName', externalName: 'x.example.com' } }
  const mine = { ...derivedOfIt, metadata: { namespace: 'default', name: 'derived-web' } }
  const cases: Readonly<Record<string, readonly [more: readonly Manifest[], without: readonly Manifest[], wanted: Partial<Record<'valid' | 'exported' | 'imported', RegExp>>]>> = {
    'a Service of the derived name is somebody else’s': [[mine], [derivedOfIt], { exported: /^True/, imported: /^False NameTaken: Service default\/derived-web was not made for an import and is left alone; rename it$/ }],
    'a slice of the imported name is somebody else’s': [[own], [], { exported: /^False NameTaken: EndpointSlice default\/imported-member1-web-0 was not made/, imported: /^False NameTaken: EndpointSlice/ }],
    'the Service is only another name': [[externalName], [template, slice], { valid: /^False InvalidServiceType/, exported: /^False Failed: it is not exported: / }],
    'nobody has the Service': [[], [template, slice], { valid: /^False NoService/, imported: /^False Pending: no cluster that exports it has endpoints/ }],
    'only clusters have the Service': [[], [template], { valid: /^True Valid: clusters have/, exported: /^True/ }],
    'no policy brings the export': [[], [exportBinding, slice], { exported: /^False Pending: no policy has brought it to a cluster yet/ }],
    'no policy brings the import': [[], [importBinding], { exported: /^True/, imported: /^False Pending: no policy brings it/ }],
    'a cluster without endpoints': [[], [slice], { exported: /^False Pending: no cluster it is in has EndpointSlices/ }],
    'an exporter refuses': [[bound('ServiceExport', 'web', noNamespace)], [exportBinding], { exported: /^False Refused: cluster member2 does not take the ServiceExport: namespaces "default" not found/ }],
    'a consumer without the namespace': [[bound('ServiceImport', 'web', noNamespace)], [importBinding], { imported: /^False Refused: cluster member2 does not take the ServiceImport: namespaces "default" not found/ }],
    'a consumer refuses the Service': [[bound('Service', 'derived-web', 'no')], [], { imported: /^False Refused: cluster member2 does not take its Service: no/ }],
    'a consumer refuses a slice': [[bound('EndpointSlice', 'imported-member1-web-0', 'no')], [], { imported: /^False Refused: cluster member2 does not take its EndpointSlices: no/ }],
    'the derived Service is not there yet': [[], [derivedOfIt], { imported: /^False Pending: its Service is not made yet/ }],
    'an import without heads needs no derived Service': [[imported({ type: 'Headless' })], [derivedOfIt], { imported: /^True/ }],
  } // biome-ignore format: a table
  for (const [name, [more, without, wanted]] of Object.entries(cases))
    test(name, async () => {
      const found = await said(more, without)
      for (const [what, words] of Object.entries(wanted)) assert.match(found[what as keyof typeof found], words)
    })

  test('whatever could make that another is heard of, and endpoints that change are not', () => {
    const host = fakeHost({ objects: [...well, own] })
    serviceImport.controllers?.(host)
    const keys = (kind: Kind<unknown>, change: object) => host.controllers.get('import-status')?.keysOf(kind, change)
    assert.deepEqual(keys(serviceKind, { before: mine }), [key])
    assert.deepEqual(keys(serviceKind, { after: webService() }), [key])
    assert.deepEqual(keys(endpointSliceKind, { before: own }), [key])
    const refusing = bound('ServiceImport', 'web', noNamespace)
    assert.deepEqual(keys(resourceBindingKind, { before: importBinding, after: refusing }), [key])
    assert.deepEqual(keys(resourceBindingKind, { before: refusing, after: refusing }), [])
    const derived = bound('Service', 'derived-web', 'no')
    assert.deepEqual(keys(resourceBindingKind, { after: derived }), [key])
    assert.deepEqual(keys(workKind, { after: collected(['10.0.0.1']) }), [key])
    assert.deepEqual(keys(workKind, { before: collected(['10.0.0.1']), after: collected(['10.0.0.2']) }), [])
  })

  test('a slice is made when the one that had its name is gone', () => {
    const { host } = begin(collected(['10.0.0.1']), own)
    assert.deepEqual(
      host.controllers
        .get('imported-slices')
        ?.keysOf(endpointSliceKind, { before: own })
        .map(({ name }) => name),
      [collected([]).metadata.name],
    )
  })
})
