import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  annotation,
  type Binding,
  type Condition,
  type EndpointSlice,
  executionNamespace,
  type ServiceImport,
  serviceImportV1beta1Kind,
  sliceLabel,
  sliceManager,
  type Work,
} from '@flotilla/sdk'
import {
  binding,
  cluster,
  manifest,
  webExport,
  webMultiClusterService,
  webService,
  webSlice,
  work,
} from '@flotilla/sdk/testing'
import { madeLabel } from '../clusterset/made.ts'
import { collectedWork } from '../collected.ts'
import type { MemberFacts, ServiceFacts } from './facts.ts'
import { explainService, type ServiceInCluster, type ServiceReport } from './index.ts'

const key = { namespace: 'default', name: 'web' }
const clusters = ['a', 'b', 'c'].map((name) => cluster({ name }))
const bare = { clusters, key, members: new Map(), bindings: new Map(), works: [], slices: [], withdrawn: new Map() }
const given = (facts: Partial<ServiceFacts>): ServiceFacts => ({ ...bare, ...facts })

const condition = (type: string, status: 'True' | 'False', reason: string, message = 'as it is'): Condition => ({ type, status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }) // biome-ignore format: one object

const row = ([report]: readonly ServiceReport[], name: string): ServiceInCluster => {
  const found = report?.clusters.find((each) => each.cluster === name)
  assert.ok(found, name)
  return found
}

describe('by exports in members', () => {
  const exporting = (...conditions: readonly Condition[]) => ({ ...webExport(), status: { conditions } })
  const good = [condition('Valid', 'True', 'Valid'), condition('Conflict', 'False', 'NoConflicts')]
  const imported = (labels: Readonly<Record<string, string>> = { [madeLabel]: 'true' }): ServiceImport =>
    manifest(serviceImportV1beta1Kind.apiVersion, 'ServiceImport', { ...key, labels, spec: { type: 'ClusterSetIP', ports: [], ips: ['10.9.0.1'] } }) // biome-ignore format: one call
  const mirrored = (from: string, ...addresses: readonly string[]): EndpointSlice =>
    webSlice(addresses, { name: `web-${from}`, labels: { [sliceLabel.managedBy]: sliceManager.clusterset, [sliceLabel.sourceCluster]: from, [sliceLabel.imported]: 'web' } }) // biome-ignore format: one call
  const member = (facts: Partial<MemberFacts> = {}): MemberFacts => ({ serves: true, hasNamespace: true, slices: [], ...facts }) // biome-ignore format: one call
  const a = member({ exported: exporting(...good), imported: imported(), slices: [webSlice(['10.0.0.1']), mirrored('a', '10.0.0.1')] }) // biome-ignore format: one call
  const c = member({ imported: imported(), slices: [mirrored('a', '10.0.0.1')] })
  const of = (members: Readonly<Record<string, MemberFacts>>, facts: Partial<ServiceFacts> = {}) =>
    explainService(given({ members: new Map(Object.entries({ a, b: member(), c, ...members })), ...facts }))

  test('what is exported, imported, and from where the endpoints are', () => {
    const found = of({})
    assert.deepEqual(
      found.map(({ means, notes }) => [means, notes]),
      [['ServiceExport', []]],
    )
    assert.deepEqual(row(found, 'c'), {
      cluster: 'c',
      exported: { done: false, why: 'there is no ServiceExport' },
      imported: { done: true },
      ips: ['10.9.0.1'],
      endpoints: [{ from: 'a', ready: 1, all: 1 }],
      missing: [],
    })
    assert.deepEqual(row(found, 'a').exported, { done: true })
  })

  const steps: Readonly<
    Record<string, readonly [facts: Partial<MemberFacts>, of: 'exported' | 'imported', done: boolean, why: RegExp]>
  > = {
    'no ServiceExport': [{}, 'exported', false, /there is no ServiceExport/],
    'an export that is a policy’s': [{ exported: webExport({ labels: { 'karmada.io/managed': 'true' } }) }, 'exported', false, /a policy brought/], // biome-ignore format: one row
    'an export that nobody has looked at': [{ exported: webExport() }, 'exported', false, /says nothing yet/],
    'an export that is not valid': [{ exported: exporting(condition('Valid', 'False', 'InvalidServiceType', 'ExternalName')) }, 'exported', false, /^InvalidServiceType: ExternalName$/], // biome-ignore format: one row
    'a conflict': [{ exported: exporting(good[0] as Condition, condition('Conflict', 'True', 'PortConflict', 'the oldest wins')) }, 'exported', true, /^PortConflict: the oldest wins$/], // biome-ignore format: one row
    'kinds that are not served': [{ serves: false }, 'imported', false, /does not serve ServiceImports: bring it/],
    'no namespace': [{ hasNamespace: false }, 'imported', false, /it has no namespace default/],
    'an import of its own': [{ imported: imported({}) }, 'imported', false, /a ServiceImport of its own, which is left alone/], // biome-ignore format: one row
    'a Service of its own in the place of the derived one': [{ imported: imported(), derived: webService() }, 'imported', true, /a Service derived-\S+ of its own/], // biome-ignore format: one row
    'an import on its way': [{}, 'imported', false, /it is not there yet/],
  }
  for (const [name, [facts, step, done, why]] of Object.entries(steps))
    test(`a step says why: ${name}`, () => {
      const found = row(of({ b: member(facts) }), 'b')[step]
      assert.equal(found?.done, done)
      assert.match(found?.why ?? '', why)
    })

  const other = (facts: Partial<MemberFacts>) =>
    member({ exported: exporting(...good), imported: imported(), ...facts })
  const apart = clusters.map((each) => (each.metadata.name === 'b' ? cluster({ name: 'b', annotations: { [annotation.network]: 'east' } }) : each)) // biome-ignore format: one call
  const absences: Readonly<
    Record<string, readonly [b: Partial<MemberFacts>, facts: Partial<ServiceFacts>, why: RegExp]>
  > = {
    'it is withdrawn': [{ slices: [webSlice(['10.1.0.1'])] }, { withdrawn: new Map([['b', 'the cluster is not ready: x']]) }, /^withdrawn: the cluster is not ready: x$/], // biome-ignore format: one row
    'it has none': [{}, {}, /it has no endpoints there/],
    'another network without gateways': [{ slices: [webSlice(['10.1.0.1'])] }, { clusters: apart }, /different networks, east and the default one, and b has no gateways/], // biome-ignore format: one row
    'not yet': [{ slices: [webSlice(['10.1.0.1'])] }, {}, /they are not there yet/],
  }
  for (const [name, [b, facts, why]] of Object.entries(absences))
    test(`an endpoint is missing because: ${name}`, () => {
      const { missing, endpoints } = row(of({ b: other(b) }, facts), 'c')
      assert.deepEqual(
        endpoints.map(({ from }) => from),
        ['a'],
      )
      assert.deepEqual(
        missing.map(({ from }) => from),
        ['b'],
      )
      assert.match(missing[0]?.why ?? '', why)
    })

  test('a cluster that cannot be asked says so, and nothing else', () => {
    const found = of({ b: member({ silent: 'it cannot be asked: no answer' }) })
    assert.deepEqual(row(found, 'b'), { cluster: 'b', ips: [], endpoints: [], missing: [], silent: 'it cannot be asked: no answer' }) // biome-ignore format: one call
  })

  test('what a cluster that cannot be asked exported is missed where its import says so', () => {
    const silent = member({ silent: 'it cannot be asked: no answer' })
    const told = { ...imported(), status: { clusters: [{ cluster: 'a' }, { cluster: 'b' }] } }
    const found = of({ b: silent, c: { ...c, imported: told } })
    assert.deepEqual(row(found, 'c').missing, [{ from: 'b', why: 'it cannot be asked: no answer' }])
    assert.deepEqual(row(of({ b: silent }), 'c').missing, [])
  })

  test('endpoints that are not ready are counted apart', () => {
    const half = {
      ...mirrored('a'),
      endpoints: [{ addresses: ['1'] }, { addresses: ['2'], conditions: { ready: false } }],
    }
    assert.deepEqual(row(of({ c: member({ imported: imported(), slices: [half] }) }), 'c').endpoints, [{ from: 'a', ready: 1, all: 2 }]) // biome-ignore format: one call
  })

  test('nothing is said of a Service that is for its own cluster alone', () => {
    assert.deepEqual(explainService(given({ members: new Map([['a', member({ service: webService() })]]) })), [])
  })
})

/** A binding whose object is in clusters, or why it is not. */
const bound = (applied: Readonly<Record<string, true | string>>): Binding => {
  const { spec, ...rest } = binding()
  const aggregatedStatus = Object.entries(applied).map(([clusterName, said]) => ({ clusterName, applied: said === true, ...(said !== true && { appliedMessage: said }) })) // biome-ignore format: one chain
  return { ...rest, spec: { ...spec, clusters: Object.keys(applied).map((name) => ({ name })) }, status: { aggregatedStatus } } // biome-ignore format: one object
}

const collected = (from: string, flow: 'ServiceExport' | 'MultiClusterService', slice = webSlice(['10.0.0.1'])): Work =>
  collectedWork({ cluster: from, service: key, slice, flows: [flow] }, undefined)

describe('by a MultiClusterService', () => {
  const service = webMultiClusterService({ types: ['CrossCluster'], providerClusters: [{ name: 'a' }, { name: 'b' }], consumerClusters: [{ name: 'c' }] }) // biome-ignore format: one call
  const record = (of: string): Work => {
    const made = work({ name: 'record', namespace: executionNamespace(of), manifest: service })
    return { ...made, spec: { ...made.spec, suspendDispatching: true } }
  }
  const dispatched = (from: string, status: 'True' | 'False' = 'True', message = ''): Work => {
    const slice = webSlice(['10.0.0.1'], {
      name: `${from}-web-0`,
      annotations: { [annotation.provisionCluster]: from },
    })
    const made = work({ name: `web-${from}`, namespace: executionNamespace('c'), manifest: slice, status: { conditions: [condition('Applied', status, 'x', message)] } }) // biome-ignore format: one call
    return { ...made, metadata: { ...made.metadata, annotations: { [annotation.provisionCluster]: from } } }
  }
  const works = [record('a'), record('b'), collected('a', 'MultiClusterService'), collected('b', 'MultiClusterService')]
  const of = (facts: Partial<ServiceFacts>) =>
    explainService(given({ service, works: [...works, dispatched('a'), dispatched('b')], bindings: new Map([['Service/web', bound({ a: true, b: true, c: true })]]), ...facts })) // biome-ignore format: one call

  test('providers, consumers, and from where the endpoints are', () => {
    const found = of({})
    assert.deepEqual(row(found, 'a'), { cluster: 'a', exported: { done: true }, ips: [], endpoints: [], missing: [] })
    assert.deepEqual(
      row(found, 'c').endpoints.map(({ from }) => from),
      ['a', 'b'],
    )
    assert.deepEqual([row(found, 'c').imported, row(found, 'c').missing], [{ done: true }, []])
  })

  test('a name that is taken in a consumer is said, in the words of its binding', () => {
    const bindings = new Map([['Service/web', bound({ a: true, b: true, c: 'Service default/web is there already' })]])
    assert.deepEqual(row(of({ bindings }), 'c').imported, { done: false, why: 'Service default/web is there already' })
  })

  const absences: Readonly<Record<string, readonly [facts: Partial<ServiceFacts>, why: RegExp]>> = {
    'it is withdrawn': [{ withdrawn: new Map([['b', 'the cluster is not ready: x']]), works: [...works, dispatched('a')] }, /^withdrawn: the cluster is not ready/], // biome-ignore format: one row
    'nothing was collected': [{ works: [record('a'), record('b'), collected('a', 'MultiClusterService'), dispatched('a')] }, /nothing was collected there/], // biome-ignore format: one row
    'the consumer refuses': [{ works: [...works, dispatched('a'), dispatched('b', 'False', 'namespaces "default" not found')] }, /namespaces "default" not found/], // biome-ignore format: one row
    'not yet': [{ works: [...works, dispatched('a')] }, /they are not there yet/],
  }
  for (const [name, [facts, why]] of Object.entries(absences))
    test(`an endpoint is missing because: ${name}`, () => {
      const { missing } = row(of(facts), 'c')
      assert.deepEqual(
        missing.map(({ from }) => from),
        ['b'],
      )
      assert.match(missing[0]?.why ?? '', why)
    })

  const providers: Readonly<Record<string, readonly [facts: Partial<ServiceFacts>, why: RegExp]>> = {
    'the cluster is not there': [{ clusters: clusters.filter(({ metadata }) => metadata.name !== 'b'), works: [record('a')] }, /is not there/], // biome-ignore format: one row
    'the cluster is not ready': [{ clusters: clusters.map((each) => (each.metadata.name === 'b' ? cluster({ name: 'b', ready: false }) : each)), works: [record('a')] }, /is not ready/], // biome-ignore format: one row
    'the Service is not there': [{ works: [record('b')], bindings: new Map([['Service/web', bound({ b: 'refused' })]]) }, /refused/], // biome-ignore format: one row
    'no slices are there': [{ works: [record('b')] }, /it has no EndpointSlices of the Service/],
  }
  for (const [name, [facts, why]] of Object.entries(providers))
    test(`a provider provides nothing because: ${name}`, () => {
      const { exported } = row(of(facts), 'b')
      assert.equal(exported?.done, false)
      assert.match(exported?.why ?? '', why)
    })

  test('what is wrong with all of it is a note', () => {
    const failing = { ...service, status: { conditions: [condition('ServiceApplied', 'False', 'x', 'Service default/web does not exist')] } } // biome-ignore format: one object
    assert.deepEqual(of({ service: failing })[0]?.notes, ['ServiceApplied: Service default/web does not exist'])
  })

  test('one that is for the world only is none between clusters', () => {
    assert.deepEqual(of({ service: webMultiClusterService({ types: ['LoadBalancer'] }) }), [])
  })
})

describe('by what policies bring', () => {
  const imported = manifest('multicluster.x-k8s.io/v1alpha1', 'ServiceImport', { ...key, spec: { type: 'ClusterSetIP', ports: [] } }) // biome-ignore format: one call
  const slice = webSlice(['10.0.0.1'], { name: 'imported-a-web-0', annotations: { [annotation.workNamespace]: executionNamespace('a') } }) // biome-ignore format: one call
  const bindings = { 'ServiceExport/web': bound({ a: true, b: true }), 'ServiceImport/web': bound({ c: true }), 'EndpointSlice/imported-a-web-0': bound({ c: true }) } // biome-ignore format: one object
  const of = (facts: Partial<ServiceFacts>, more: Readonly<Record<string, Binding>> = {}) =>
    explainService(given({ exported: webExport(), imported, slices: [slice], works: [collected('a', 'ServiceExport'), collected('b', 'ServiceExport')], bindings: new Map(Object.entries({ ...bindings, ...more })), ...facts })) // biome-ignore format: one call

  test('what is exported, imported, from where the endpoints are, and which are not there yet', () => {
    const found = of({})
    assert.deepEqual(row(found, 'a').exported, { done: true })
    assert.deepEqual(row(found, 'c').endpoints, [{ from: 'a', ready: 1, all: 1 }])
    assert.deepEqual(row(found, 'c').missing, [{ from: 'b', why: 'they are not on the control plane yet' }])
  })

  test('what a cluster refuses is said in its words', () => {
    const found = of({}, { 'EndpointSlice/imported-a-web-0': bound({ c: 'namespaces "default" not found' }) })
    assert.equal(row(found, 'c').missing[0]?.why, 'namespaces "default" not found')
  })

  test('a name that is taken is a note', () => {
    const taken = { ...webExport(), status: { conditions: [condition('Ready', 'False', 'NameTaken', 'EndpointSlice x was not made')] } } // biome-ignore format: one object
    const waiting = { ...imported, status: { conditions: [condition('Ready', 'False', 'Pending', 'no endpoints')] } }
    assert.deepEqual(of({ exported: taken, imported: waiting })[0]?.notes, ['ServiceExport: Ready: EndpointSlice x was not made']) // biome-ignore format: one call
  })

  test('an export without endpoints, and halves that are not there, are told of', () => {
    assert.match(row(of({ works: [] }), 'a').exported?.why ?? '', /no EndpointSlices of the Service/)
    const { imported: _, ...half } = given({ exported: webExport() })
    assert.deepEqual(explainService(half)[0]?.notes, ['no policy brings the ServiceExport anywhere', 'there is no ServiceImport on the control plane']) // biome-ignore format: one call
  })
})
