import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, ServiceExport } from '@flotilla/sdk'
import { webExport, webService } from '@flotilla/sdk/testing'
import { agree, type Exported } from './agree.ts'

type Spec = Service['spec']

const from = (cluster: string, year: number, spec: Spec = {}, exportSpec?: ServiceExport['spec']): Exported => ({
  cluster,
  export: webExport({ creationTimestamp: `${year}-01-01T00:00:00Z` }, exportSpec),
  service: webService(spec),
})

const agreed = (...exports: readonly Exported[]) => {
  const all = agree(exports)
  assert.ok(all)
  return all
}

const http = { name: 'http', port: 80, protocol: 'TCP' }
const other = { name: 'other', port: 81, protocol: 'TCP' }

test('without exports there is nothing to agree on', () => assert.equal(agree([]), undefined))

test('one export is as it is: affinity, traffic, families', () => {
  const spec = {
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    internalTrafficPolicy: 'Local',
    trafficDistribution: 'PreferClose',
    ipFamilies: ['IPv4', 'IPv6'],
  }
  const { spec: said, clusters, conflict } = agreed(from('a', 2020, spec))
  assert.deepEqual(said, { type: 'ClusterSetIP', ports: [http], ...spec })
  assert.deepEqual(clusters, ['a'])
  assert.deepEqual([conflict.status, conflict.reason], ['False', 'NoConflicts'])
})

test('ports are united, and those that differ are told of', () => {
  const { spec, conflict } = agreed(from('a', 2020), from('b', 2021, { ports: [http, other] }))
  assert.deepEqual(spec.ports, [http, other])
  assert.deepEqual([conflict.status, conflict.reason], ['True', 'PortConflict'])
})

const taken: Readonly<Record<string, object>> = {
  'a name that stands for another port': { ...http, port: 8080 },
  'a number that has another name': { ...http, name: 'web' },
  'a protocol of an application': { ...http, appProtocol: 'h2c' },
}
for (const [name, port] of Object.entries(taken))
  test(`of ports that cannot stand beside each other the oldest stays: ${name}`, () => {
    const { spec, conflict } = agreed(from('b', 2021, { ports: [port as typeof http] }), from('a', 2020))
    assert.deepEqual(spec.ports, [http])
    assert.equal(conflict.reason, 'PortConflict')
    assert.match(conflict.message, /^the oldest export, that of a, wins: PortConflict with b/)
  })

const conflicts: Readonly<Record<string, Spec>> = {
  TypeConflict: { clusterIP: 'None' },
  SessionAffinityConflict: { sessionAffinity: 'ClientIP' },
  SessionAffinityConfigConflict: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } },
  InternalTrafficPolicyConflict: { internalTrafficPolicy: 'Local' },
  TrafficDistributionConflict: { trafficDistribution: 'PreferClose' },
  IPFamilyConflict: { ipFamilies: ['IPv6'] },
}
for (const [reason, spec] of Object.entries(conflicts))
  test(`the oldest wins, whatever the order they come in: ${reason}`, () => {
    const [old, young] = [from('z', 2020), from('a', 2021, spec)]
    assert.deepEqual(agreed(old, young).spec, agreed(young, old).spec)
    assert.equal(agreed(old, young).conflict.reason, reason)
    assert.equal(agreed(old, young).spec.type, 'ClusterSetIP')
  })

test('labels and annotations are those of the oldest export', () => {
  const { labels, annotations, conflict } = agreed(
    from('a', 2020, {}, { exportedLabels: { a: '1' }, exportedAnnotations: { b: '1' } }),
    from('b', 2021, {}, { exportedLabels: { a: '2' }, exportedAnnotations: { b: '2' } }),
  )
  assert.deepEqual([labels, annotations], [{ a: '1' }, { b: '1' }])
  assert.equal(conflict.reason, 'LabelsConflict,AnnotationsConflict')
})

test('families are those that every cluster has', () => {
  const { spec } = agreed(from('a', 2020, { ipFamilies: ['IPv4', 'IPv6'] }), from('b', 2021, { ipFamilies: ['IPv6'] }))
  assert.deepEqual(spec.ipFamilies, ['IPv6'])
})

test('exports of the same second are in the order of their clusters', () =>
  assert.equal(agreed(from('b', 2020, { clusterIP: 'None' }), from('a', 2020)).spec.type, 'ClusterSetIP'))
