import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Condition,
  findCondition,
  type Manifest,
  type Service,
  type ServiceExport,
  type ServiceImport,
  serviceExportV1beta1Kind,
  serviceImportV1beta1Kind,
} from '@flotilla/sdk'
import { cluster, fakeHost, manifest, webExport, webService, webSlice } from '@flotilla/sdk/testing'
import { clusterset } from './clusterset.ts'
import { exportableServices } from './exportable.ts'
import { flatNetwork } from './networks.ts'

const names = ['one', 'two']
const key = { namespace: 'default', name: 'web' }
const apis = ['serviceexports', 'serviceimports'].map((name) => ({ name, kind: name }))
const status = { apiEnablements: [{ groupVersion: serviceExportV1beta1Kind.apiVersion, resources: apis }] }

interface Said {
  /** The Service of a cluster; by default it has none. */
  readonly service: Service['spec']
  /** Whether it is exported; the second cluster exports later. */
  readonly isExported?: boolean
}

const held = (said: Said | undefined, index: number): readonly Manifest[] => {
  const shop = manifest('v1', 'Namespace', { name: 'default' })
  if (!said) return [shop]
  const exporting = {
    ...webExport({ creationTimestamp: `2026-01-0${index + 1}T00:00:00Z` }),
    apiVersion: serviceExportV1beta1Kind.apiVersion,
  }
  const things = [shop, webService(said.service), webSlice([`10.${index}.0.1`])]
  return said.isExported === false ? things : [...things, exporting]
}

/** What two clusters see of what they export, as the suite asks them for it. */
async function seen(...said: readonly (Said | undefined)[]) {
  const members = Object.fromEntries(names.map((name, index) => [name, held(said[index], index)]))
  const objects = names.map((name) => cluster({ name, status: { ...cluster().status, ...status } }))
  const host = fakeHost({ objects, members, plugins: [exportableServices, flatNetwork] })
  clusterset.controllers?.(host)
  const settle = () => host.controllers.get('clusterset')?.reconcile('default/web')
  await settle()
  const at = (name: string) => host.memberObjects.get(name)
  const imports = () => names.map((name) => at(name)?.get(serviceImportV1beta1Kind, key) as ServiceImport | undefined)
  const conditions = (type: string) =>
    names.map((name) => {
      const there = at(name)?.get(serviceExportV1beta1Kind, key) as (ServiceExport & { status?: { conditions?: Condition[] } }) | undefined // biome-ignore format: one expression
      return findCondition(there?.status?.conditions, type)
    })
  const unexport = async (name: string) => {
    const there = at(name)?.get(serviceExportV1beta1Kind, key)
    if (there) at(name)?.remove(there)
    await settle()
  }
  return { imports, conditions, unexport }
}

/** The same of every cluster: what the suite reads from each is one thing. */
const ofEach = <T>(value: T): readonly T[] => names.map(() => value)

const http = { name: 'http', port: 80, protocol: 'TCP' }
const metrics = { name: 'metrics', port: 9090, protocol: 'TCP' }

describe('every cluster reads', () => {
  const copied = {
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    internalTrafficPolicy: 'Local',
    trafficDistribution: 'PreferClose',
  } as const
  for (const [field, value] of Object.entries(copied))
    test(`what the Service says: ${field}`, async () => {
      const { imports } = await seen({ service: { [field]: value } })
      assert.deepEqual(imports().map((each) => each?.spec?.[field as keyof typeof copied]), ofEach(value)) // biome-ignore format: one check
    })

  test('the ports of the Service', async () => {
    const { imports } = await seen({ service: { ports: [http, metrics] } })
    assert.deepEqual(imports().map((each) => each?.spec?.ports), ofEach([http, metrics])) // biome-ignore format: one check
  })

  test('the ports of all clusters', async () => {
    const { imports, conditions } = await seen({ service: { ports: [http] } }, { service: { ports: [http, metrics] } })
    assert.deepEqual(imports().map((each) => each?.spec?.ports), ofEach([http, metrics])) // biome-ignore format: one check
    assert.deepEqual(conditions('Conflict').map((each) => each?.status), ofEach('True')) // biome-ignore format: one check
  })

  test('of two ports that cannot stand beside each other the oldest, and of the conflict', async () => {
    const { imports, conditions } = await seen({ service: { ports: [http] } }, { service: { ports: [{ ...http, port: 8080 }] } }) // biome-ignore format: one call
    assert.deepEqual(imports().map((each) => each?.spec?.ports), ofEach([http])) // biome-ignore format: one check
    assert.deepEqual(conditions('Conflict').map((each) => each?.reason), ofEach('PortConflict')) // biome-ignore format: one check
  })

  test('of an import without heads that it is one, with no address, until nobody exports it', async () => {
    const { imports, unexport } = await seen({ service: { clusterIP: 'None' } })
    assert.deepEqual(imports().map((each) => [each?.spec?.type, each?.spec?.ips]), ofEach(['Headless', undefined])) // biome-ignore format: one check
    await unexport('one')
    assert.deepEqual(imports(), ofEach(undefined))
  })

  test('of heads and none the oldest, and of the conflict', async () => {
    const { imports, conditions } = await seen({ service: {} }, { service: { clusterIP: 'None' } })
    assert.deepEqual(imports().map((each) => each?.spec?.type), ofEach('ClusterSetIP')) // biome-ignore format: one check
    assert.deepEqual(conditions('Conflict').map((each) => each?.reason), ofEach('TypeConflict')) // biome-ignore format: one check
  })

  test('nothing of a Service of type ExternalName, and its export that it is not valid', async () => {
    const { imports, conditions } = await seen({ service: { type: 'ExternalName', externalName: 'example.com' } })
    assert.deepEqual(imports(), ofEach(undefined))
    assert.equal(conditions('Valid')[0]?.status, 'False')
  })

  test('nothing of a Service that is not exported', async () => {
    const { imports } = await seen({ service: {}, isExported: false })
    assert.deepEqual(imports(), ofEach(undefined))
  })

  test('an import while at least one cluster exports', async () => {
    const { imports, unexport } = await seen({ service: {} }, { service: {} })
    await unexport('one')
    assert.deepEqual(imports().map((each) => each?.status?.clusters), ofEach([{ cluster: 'two' }])) // biome-ignore format: one check
    await unexport('two')
    assert.deepEqual(imports(), ofEach(undefined))
  })
})
