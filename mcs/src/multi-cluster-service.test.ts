import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  annotation,
  type Binding,
  clusterKind,
  type EndpointSlice,
  endpointsOf,
  executionNamespace,
  finalizer,
  findCondition,
  type Kind,
  label,
  type Manifest,
  type MultiClusterService,
  multiClusterServiceKind,
  resourceBindingKind,
  serviceKind,
  sliceLabel,
  sliceManager,
  type Work,
  workKind,
  workName,
} from '@flotilla/sdk'
import {
  cluster,
  examinePlugin,
  fakeHost,
  webExport,
  webMultiClusterService,
  webService,
  webSlice,
  work,
} from '@flotilla/sdk/testing'
import { multiClusterService } from './multi-cluster-service.ts'
import { flatNetwork } from './networks.ts'

examinePlugin(multiClusterService)

const names = ['member1', 'member2', 'member3']
const key = { namespace: 'default', name: 'web' }
const id = { [label.multiClusterServiceId]: 'mcs-1' }

const sides = (from: readonly string[], to: readonly string[]) => ({
  providerClusters: from.map((name) => ({ name })),
  consumerClusters: to.map((name) => ({ name })),
})

const mcs = (spec: Partial<MultiClusterService['spec']> = sides(['member1'], ['member2']), words = {}) =>
  webMultiClusterService(spec, { uid: 'uid-mcs', labels: id, finalizers: [finalizer.multiClusterService], ...words })

const begin = (objects: readonly Manifest[], members: Readonly<Record<string, readonly Manifest[]>> = {}) => {
  const observed: unknown[] = []
  const fake = fakeHost({
    objects: [...names.map((name) => cluster({ name })), ...objects],
    members: { member1: [], member2: [], member3: [], ...members },
    plugins: [flatNetwork],
  })
  const histogram = () => ({ observe: (_: number, labels: unknown) => void observed.push(labels) })
  const host = { ...fake, metrics: { ...fake.metrics, histogram } }
  multiClusterService.controllers?.(host)
  const of = (name: string) => {
    const controller = host.controllers.get(name)
    assert.ok(controller)
    return controller
  }
  const works = (member: string) => host.objects.store(workKind).list(executionNamespace(member))
  const content = (work: Work | undefined) => work?.spec.workload?.manifests?.[0]
  const slices = (member: string) =>
    works(member).filter((each) => content(each)?.kind === 'EndpointSlice' && !each.spec.suspendDispatching)
  const service = () => host.objects.store(multiClusterServiceKind).get(key)
  const said = (type: string) => findCondition(service()?.status?.conditions, type)
  const binding = () => host.objects.store(resourceBindingKind).get({ namespace: 'default', name: 'web-service' })
  return {
    host,
    observed,
    works,
    content,
    slices,
    said,
    binding,
    provide: () => of('provide').reconcile('default/web'),
    collect: (member: string) => of('collect').reconcile(`${executionNamespace(member)}/default/web`),
    dispatch: (member: string, slice = webSlice([])) =>
      of('dispatch').reconcile(`${executionNamespace(member)}/${workName(slice)}`),
    of,
  }
}

describe('a MultiClusterService is provided', () => {
  test('first it is marked, so that it cannot go unnoticed', async () => {
    const { host, provide } = begin([webMultiClusterService(), webService()])
    await provide()
    assert.deepEqual(host.objects.get(multiClusterServiceKind, key)?.metadata.finalizers, [
      finalizer.multiClusterService,
    ])
  })

  test('its providers have a Work that says so and brings nothing; its Service is claimed and bound', async () => {
    const claimed = {
      labels: { [label.propagationPolicyId]: 'p' },
      annotations: { [annotation.propagationPolicyName]: 'p' },
    }
    const service = { ...webService(), metadata: { ...webService().metadata, ...claimed } }
    const { host, provide, works, content, binding, said } = begin([mcs(), service])
    await provide()
    const [record, ...others] = works('member1')
    assert.deepEqual([others, works('member2')], [[], []])
    assert.equal(content(record)?.kind, 'MultiClusterService')
    assert.equal(record?.spec.suspendDispatching, true)
    assert.equal(record?.metadata.labels?.[label.multiClusterServiceName], 'web')
    const { labels, annotations } = host.objects.get(serviceKind, key)?.metadata ?? {}
    assert.deepEqual(labels, { [label.claimedBy]: 'MultiClusterService', ...id })
    assert.deepEqual(annotations, { [annotation.multiClusterServiceNamespace]: 'default', [annotation.multiClusterServiceName]: 'web' }) // biome-ignore format: one map
    assert.deepEqual(binding()?.spec.placement, { clusterAffinity: { clusterNames: ['member1', 'member2'] } })
    assert.equal(binding()?.metadata.labels?.[label.bindingManagedBy], 'MultiClusterService')
    assert.deepEqual(
      [said('ServiceApplied')?.status, said('ServiceApplied')?.reason],
      ['True', 'ServiceAppliedSucceed'],
    )
  })

  test('it is written once', async () => {
    const { host, provide } = begin([mcs(), webService()])
    await provide()
    await provide()
    const before = host.objects.version
    await provide()
    assert.equal(host.objects.version, before)
  })

  test('without clusters it is provided and used everywhere; the old fields count while the new ones are empty', async () => {
    const everywhere = begin([mcs({}), webService()])
    await everywhere.provide()
    for (const name of names) assert.equal(everywhere.works(name).length, 1)
    const old = begin([
      mcs({ serviceProvisionClusters: ['member3'], serviceConsumptionClusters: ['member1'] }),
      webService(),
    ])
    await old.provide()
    assert.deepEqual([old.works('member3').length, old.works('member2').length], [1, 0])
    assert.deepEqual(old.binding()?.spec.placement?.clusterAffinity?.clusterNames, ['member1', 'member3'])
  })

  const problems = {
    ClusterNotFound: [mcs(sides(['nowhere'], [])), webService()],
    SyncServiceFailed: [mcs(sides(['member1'], [])), webService(), cluster({ ready: false })],
    APIIncompatible: [
      mcs(sides(['member1'], [])),
      webService(),
      cluster({ status: { conditions: ['Ready', 'CompleteAPIEnablements'].map((type) => ({ type, status: 'True', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' })) } }), // biome-ignore format: one cluster
    ],
  }
  for (const [reason, objects] of Object.entries(problems))
    test(`a provider that cannot be one is told of, and no Work says so: ${reason}`, async () => {
      const { host, provide, works } = begin(objects)
      await provide()
      assert.ok(host.events.some((event) => event.reason === reason))
      assert.deepEqual(works('member1'), [])
    })

  test('without its Service it says what to do', async () => {
    const { host, provide, said } = begin([mcs()])
    await provide()
    assert.deepEqual(
      [said('ServiceApplied')?.status, said('ServiceApplied')?.reason],
      ['False', 'ServiceAppliedFailed'],
    )
    assert.match(said('ServiceApplied')?.message ?? '', /Service default\/web does not exist; create it/)
    assert.deepEqual(
      host.events.map(({ reason }) => reason),
      ['SyncServiceFailed'],
    )
  })

  test('what is only another name is not provided, and says so', async () => {
    const { provide, said, binding } = begin([mcs(), webService({ type: 'ExternalName', externalName: 'a.b' })])
    await provide()
    assert.deepEqual([said('ServiceApplied')?.status, said('ServiceApplied')?.reason], ['False', 'ServiceAppliedFailed']) // biome-ignore format: one call
    assert.match(said('ServiceApplied')?.message ?? '', /of type ExternalName and has no endpoints to provide/)
    assert.equal(binding(), undefined)
  })

  test('a cluster that does not take the Service is told of, and so is that it does', async () => {
    const { host, provide, said, binding } = begin([mcs(), webService()])
    await provide()
    assert.equal(said('ServiceApplied')?.status, 'True')
    const before = binding() as Binding
    const refused = { ...before, status: { aggregatedStatus: [{ clusterName: 'member1', applied: true }, { clusterName: 'member2', applied: false, appliedMessage: 'it has one of its own' }] } } // biome-ignore format: one object
    assert.deepEqual(host.controllers.get('provide')?.keysOf(resourceBindingKind, { before, after: refused }), [key])
    host.objects.put(refused)
    await provide()
    assert.equal(said('ServiceApplied')?.status, 'False')
    assert.equal(said('ServiceApplied')?.message, 'cluster member2 does not take the Service: it has one of its own')
    host.objects.put(before)
    await provide()
    assert.equal(said('ServiceApplied')?.status, 'True')
  })

  test('a cluster that is no provider any more loses its Work', async () => {
    const { host, provide, works } = begin([mcs(), webService()])
    await provide()
    host.objects.put(mcs(sides(['member2'], [])))
    await provide()
    assert.deepEqual([works('member1').length, works('member2').length], [0, 1])
  })

  for (const [name, gone] of Object.entries({
    'when it goes': mcs(undefined, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    'when it is not for other clusters any more': mcs({ types: ['LoadBalancer'] }),
  }))
    test(`everything is given back ${name}`, async () => {
      const { host, provide, works, binding } = begin([mcs(), webService()])
      await provide()
      const { resourceVersion } = host.objects.get(multiClusterServiceKind, key)?.metadata ?? {}
      host.objects.put({ ...gone, metadata: { ...gone.metadata, ...(resourceVersion && { resourceVersion }) } })
      await provide()
      assert.deepEqual(works('member1'), [])
      const left = (object: Manifest | undefined) => Object.keys({ ...object?.metadata.labels, ...object?.metadata.annotations }).filter((key) => /multiclusterservice|claimed|managed-by/.test(key)) // biome-ignore format: one chain
      assert.deepEqual([left(host.objects.get(serviceKind, key)), left(binding())], [[], []])
      assert.notDeepEqual(host.objects.get(multiClusterServiceKind, key)?.metadata.finalizers, [finalizer.multiClusterService]) // biome-ignore format: one call
    })

  test('a Service that changed is bound anew; one whose status changed is not', async () => {
    const { host, provide, binding } = begin([mcs(), webService()])
    await provide()
    const versionOf = (binding: Binding | undefined) => binding?.spec.resource.resourceVersion
    const before = versionOf(binding())
    const now = host.objects.get(serviceKind, key) as Manifest
    host.objects.put({ ...now, status: { loadBalancer: {} } })
    await provide()
    assert.equal(versionOf(binding()), before)
    host.objects.put({ ...now, spec: { ports: [{ port: 81 }] } })
    await provide()
    assert.notEqual(versionOf(binding()), before)
  })
})

/** Provided, with slices in members. */
const provided = async (
  spec = sides(['member1'], ['member2']),
  held: Readonly<Record<string, readonly Manifest[]>> = { member1: [webSlice(['10.0.0.1'])] },
) => {
  // biome-ignore format: one line
  const world = begin([mcs(spec), webService()], held)
  await world.provide()
  return world
}

describe('endpoints that do not fit into one slice', () => {
  const addresses = (count: number) => Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.1`)
  test('are dispatched in several, of which a change writes one; when they fit, in one', async () => {
    const world = await provided(undefined, { member1: [] })
    const there = () => world.slices('member2').filter(({ metadata }) => !metadata.deletionTimestamp)
    const versions = () => there().map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
    const brought = () => there().map((each) => world.content(each) as EndpointSlice)
    const count = () => brought().flatMap(endpointsOf).length
    const writes = async (some: readonly string[]) => {
      world.host.memberObjects.get('member1')?.put(webSlice(some))
      await world.collect('member1')
      const before = versions()
      await world.dispatch('member1')
      return versions().filter((version) => !before.includes(version)).length
    }
    assert.ok((await writes(addresses(2_500))) > 2)
    assert.equal(count(), 2_500)
    world.observed.length = 0
    assert.equal(await writes(addresses(2_500).slice(1)), 1)
    assert.deepEqual(world.observed, [{ flow: 'MultiClusterService' }], 'how long it took is told of')
    assert.equal(count(), 2_499)
    assert.equal(await writes(addresses(900)), 1)
    assert.equal(count(), 900)
    assert.deepEqual(brought().map(({ metadata }) => metadata.name), ['member1-web-0']) // biome-ignore format: one check
  })
})

describe('endpoints are collected', () => {
  test('each slice in a Work that brings nothing', async () => {
    const { collect, works, content } = await provided()
    await collect('member1')
    const found = works('member1').find((each) => content(each)?.kind === 'EndpointSlice')
    assert.equal(found?.metadata.name, workName(webSlice([])))
    assert.equal(found?.spec.suspendDispatching, true)
    assert.deepEqual(found?.metadata.finalizers, [finalizer.endpointSliceDispatch])
    assert.equal(found?.metadata.labels?.[label.sliceWantedBy], 'MultiClusterService')
  })

  test('not those that were brought from elsewhere', async () => {
    const brought = webSlice(['10.0.0.1'], { labels: { [sliceLabel.managedBy]: sliceManager.dispatched } })
    const { collect, works } = await provided(undefined, { member1: [brought] })
    await collect('member1')
    assert.equal(works('member1').length, 1)
  })

  test('only what changed is written, and what is gone goes', async () => {
    const other = webSlice(['10.0.0.2'], { name: 'web-1' })
    const { host, collect, works } = await provided(undefined, { member1: [webSlice(['10.0.0.1']), other] })
    await collect('member1')
    const before = Number(host.objects.version)
    host.memberObjects.get('member1')?.put(webSlice(['10.0.0.3']))
    await collect('member1')
    assert.equal(Number(host.objects.version) - before, 1)
    host.memberObjects.get('member1')?.remove(other)
    await collect('member1')
    const held = works('member1').find(({ metadata }) => metadata.name === workName(other))
    assert.ok(held?.metadata.deletionTimestamp, 'its finalizer holds it until consumers have let go')
  })

  test('what was collected stays while the member cannot be asked', async () => {
    const { host, collect, works } = await provided()
    await collect('member1')
    host.objects.put(cluster({ name: 'member1', ready: false }))
    host.memberObjects.get('member1')?.remove(webSlice([]))
    await collect('member1')
    assert.ok(works('member1').every(({ metadata }) => !metadata.deletionTimestamp))
  })

  test('for whoever wants them: an export, too, and the flow that wants them no more lets go', async () => {
    const applied = { conditions: [{ type: 'Applied', status: 'True', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }] } as const // biome-ignore format: one status
    const exporting = work({ name: 'export', namespace: executionNamespace('member1'), manifest: webExport(), status: applied }) // biome-ignore format: one call
    const { host, collect, works, content } = await provided()
    host.objects.put(exporting)
    await collect('member1')
    const found = () => works('member1').find((each) => content(each)?.kind === 'EndpointSlice')
    assert.equal(found()?.metadata.labels?.[label.sliceWantedBy], 'ServiceExport.MultiClusterService')
    assert.equal(found()?.metadata.labels?.[label.sliceServiceName], 'web')
    host.objects.remove(exporting)
    await collect('member1')
    assert.equal(found()?.metadata.labels?.[label.sliceWantedBy], 'MultiClusterService')
    assert.equal(found()?.metadata.labels?.[label.sliceServiceName], undefined)
  })
})

describe('endpoints are dispatched', () => {
  const dispatched = async (...args: Parameters<typeof provided>) => {
    const world = await provided(...args)
    for (const name of names) await world.collect(name)
    for (const name of names) await world.dispatch(name)
    const addresses = (member: string) =>
      world.slices(member).flatMap((each) => (world.content(each) as EndpointSlice).endpoints ?? []).flatMap(({ addresses }) => addresses) // biome-ignore format: one chain
    return { ...world, addresses }
  }
  const all = sides(names, names)
  const two = { member1: [webSlice(['10.0.0.1'])], member2: [webSlice(['10.0.0.2'])] }

  test('to each consumer but the cluster they are from, named after that', async () => {
    const { slices, content, said } = await dispatched()
    assert.deepEqual([slices('member1'), slices('member3')], [[], []])
    const [found] = slices('member2')
    const { name, labels, annotations } = content(found)?.metadata ?? { name: '' }
    assert.equal(name, 'member1-web-0')
    assert.equal(labels?.[sliceLabel.service], 'web')
    assert.equal(labels?.[sliceLabel.managedBy], sliceManager.dispatched)
    assert.equal(annotations?.[annotation.provisionCluster], 'member1')
    assert.equal(found?.metadata.annotations?.[annotation.provisionCluster], 'member1')
    assert.deepEqual(found?.metadata.finalizers, [finalizer.execution])
    assert.equal(said('EndpointSliceDispatched')?.reason, 'EndpointSliceDispatchedSucceed')
  })

  test('slices of one name in two providers do not overwrite each other', async () => {
    const { addresses } = await dispatched(all, two)
    assert.deepEqual([...addresses('member3')].sort(), ['10.0.0.1', '10.0.0.2'])
    assert.deepEqual(addresses('member1'), ['10.0.0.2'])
  })

  test('they are written once', async () => {
    const { host, dispatch } = await dispatched()
    await dispatch('member1')
    const before = host.objects.version
    await dispatch('member1')
    assert.equal(host.objects.version, before)
  })

  test('a cluster that is no consumer any more loses them', async () => {
    const { host, dispatch, slices } = await dispatched()
    host.objects.put(mcs(sides(['member1'], ['member3'])))
    await dispatch('member1')
    assert.deepEqual([slices('member2').filter(isThere).length, slices('member3').length], [0, 1])
  })

  test('with their Work they go from everywhere, and it is let go', async () => {
    const { host, dispatch, slices, works, content } = await dispatched()
    const found = works('member1').find((each) => content(each)?.kind === 'EndpointSlice')
    assert.ok(found)
    await host.client.delete(workKind, found.metadata)
    await dispatch('member1')
    assert.deepEqual(slices('member2').filter(isThere), [])
    assert.ok(works('member1').every((each) => content(each)?.kind !== 'EndpointSlice'))
  })

  test('those of a cluster that is not ready are withdrawn while another has some, and come back', async () => {
    const { host, dispatch, slices } = await dispatched(all, two)
    const isThereFrom = (source: string) => slices('member3').some((each) => isThere(each) && each.metadata.annotations?.[annotation.provisionCluster] === source) // biome-ignore format: one call
    host.objects.put(cluster({ name: 'member1', ready: false }))
    await dispatch('member1')
    assert.deepEqual([isThereFrom('member1'), isThereFrom('member2')], [false, true])
    for (const each of slices('member3').filter((each) => !isThere(each))) host.objects.remove(each) // the member let go
    host.objects.put(cluster({ name: 'member1' }))
    await dispatch('member1')
    assert.ok(isThereFrom('member1'))
  })

  test('those of a cluster that is being emptied, or that the Service leaves, are withdrawn while another has some', async () => {
    const taints = [{ key: 'maintenance', effect: 'NoExecute' }] as const
    for (const doubt of [
      (host: World['host']) => host.objects.put(cluster({ name: 'member1', taints })),
      (host: World['host']) => host.objects.put(evicted(host.objects.get(resourceBindingKind, { namespace: 'default', name: 'web-service' }) as Binding)), // biome-ignore format: one call
    ]) {
      const { host, dispatch, addresses, slices } = await dispatched(all, two)
      doubt(host)
      await dispatch('member1')
      for (const each of slices('member3').filter((each) => !isThere(each))) host.objects.remove(each)
      assert.deepEqual(addresses('member3'), ['10.0.0.2'])
    }
  })

  test('of no cluster that is well they stay: what was last known is better than nothing', async () => {
    const { host, dispatch, slices } = await dispatched(all, two)
    for (const name of ['member1', 'member2']) host.objects.put(cluster({ name, ready: false }))
    for (const name of ['member1', 'member2']) await dispatch(name)
    assert.equal(slices('member3').filter(isThere).length, 2)
  })

  test('with hints for who is near, when the Service prefers that, instead of those of their own cluster', async () => {
    const hinted = (address: string, zone: string) => ({ ...webSlice([]), endpoints: [{ addresses: [address], zone, hints: { forZones: [{ name: zone }] } }] }) // biome-ignore format: one object
    const world = await dispatched(all, { member1: [hinted('10.0.0.1', 'eu-1')], member2: [hinted('10.0.0.2', 'us-1')] }) // biome-ignore format: one call
    const { host, dispatch, slices, content } = world
    const hints = () => Object.fromEntries(slices('member3').flatMap((each) => (content(each) as EndpointSlice).endpoints ?? []).map(({ addresses, hints }) => [addresses[0], hints])) // biome-ignore format: one chain
    assert.deepEqual(hints(), { '10.0.0.1': undefined, '10.0.0.2': undefined })
    for (const [name, region, zones] of [['member1', 'eu', ['eu-1']], ['member2', 'us', ['us-1']], ['member3', 'eu', ['eu-2']]] as const) host.objects.put(cluster({ name, region, zones })) // biome-ignore format: one list
    const template = host.objects.get(serviceKind, key) as Manifest & { spec: object }
    host.objects.put({ ...template, spec: { ...template.spec, trafficDistribution: 'PreferClose' } } as Manifest)
    for (const name of ['member1', 'member2']) await dispatch(name)
    const forZones = (...zones: readonly string[]) => ({ forZones: zones.map((name) => ({ name })) })
    assert.deepEqual(hints(), { '10.0.0.1': forZones('eu-1', 'eu-2'), '10.0.0.2': forZones('us-1') })
    const before = host.objects.version
    for (const name of ['member1', 'member2']) await dispatch(name)
    assert.equal(host.objects.version, before)
  })

  test('again when a cluster, an eviction or the first ready endpoint elsewhere changes who gets them', async () => {
    const { host, works, content } = await dispatched(all, two)
    const keysOf = (kind: Kind<unknown>, change: object) => host.controllers.get('dispatch')?.keysOf(kind, change).length // biome-ignore format: one call
    const before = cluster({ name: 'member1' })
    const taints = [{ key: 'maintenance', effect: 'NoExecute' }] as const
    for (const after of [cluster({ name: 'member1', taints }), cluster({ name: 'member1', ready: false }), cluster({ name: 'member1', region: 'eu' })]) assert.equal(keysOf(clusterKind, { before, after }), 2) // biome-ignore format: one call
    assert.equal(keysOf(clusterKind, { before, after: cluster({ name: 'member1', provider: 'x' }) }), 0)
    const bound = host.objects.get(resourceBindingKind, { namespace: 'default', name: 'web-service' }) as Binding
    assert.equal(keysOf(resourceBindingKind, { before: bound, after: evicted(bound) }), 2)
    host.objects.put(cluster({ name: 'member1', ready: false }))
    const ready = works('member2').find((each) => content(each)?.kind === 'EndpointSlice') as Work
    const down = { ...ready, spec: { ...ready.spec, workload: { manifests: [{ ...webSlice(['10.0.0.2']), endpoints: [{ addresses: ['10.0.0.2'], conditions: { ready: false } }] }] } } } // biome-ignore format: one object
    assert.equal(keysOf(workKind, { before: down, after: ready }), 1)
    assert.equal(keysOf(workKind, { before: ready, after: ready }), 0)
  })

  test('and stay while no other has any: never an empty answer', async () => {
    const { host, dispatch, slices } = await dispatched()
    host.objects.put(cluster({ name: 'member1', ready: false }))
    await dispatch('member1')
    assert.equal(slices('member2').filter(isThere).length, 1)
  })

  test('a consumer that is not there is told of', async () => {
    const { host } = await dispatched(sides(['member1'], ['nowhere']))
    assert.ok(host.events.some(({ reason, message }) => reason === 'ClusterNotFound' && /Consumer/.test(message)))
  })
})

type World = { readonly host: ReturnType<typeof fakeHost> }

const evicted = (binding: Binding, from = 'member1'): Binding => ({
  ...binding,
  spec: { ...binding.spec, gracefulEvictionTasks: [{ fromCluster: from, reason: 'x', producer: 'y' }] },
})

const isThere = ({ metadata }: Manifest): boolean => metadata.deletionTimestamp === undefined
