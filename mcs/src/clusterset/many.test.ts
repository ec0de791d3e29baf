import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EndpointSlice, endpointSliceKind, endpointsOf, serviceExportV1beta1Kind, sliceLabel } from '@flotilla/sdk'
import { cluster, fakeHost, manifest, webExport, webService, webSlice } from '@flotilla/sdk/testing'
import { clusterset } from '../clusterset.ts'
import { exportableServices } from '../exportable.ts'
import { flatNetwork } from '../networks.ts'

const { apiVersion } = serviceExportV1beta1Kind
const resources = ['serviceexports', 'serviceimports'].map((name) => ({ name, kind: name }))
const apis = { apiEnablements: [{ groupVersion: apiVersion, resources }] }
const shop = manifest('v1', 'Namespace', { name: 'default' })
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.1`)

test('endpoints that do not fit into one slice are imported in several, of which a change writes one', async () => {
  const one = [shop, { ...webExport(), apiVersion }, webService(), webSlice(addresses(2_500))]
  const fake = fakeHost({
    objects: ['one', 'two'].map((name) => cluster({ name, status: { ...cluster().status, ...apis } })),
    members: { one, two: [shop] },
    plugins: [exportableServices, flatNetwork],
  })
  const observed: unknown[] = []
  const histogram = () => ({ observe: (_: number, labels: unknown) => void observed.push(labels) })
  const host = { ...fake, metrics: { ...fake.metrics, histogram } }
  clusterset.controllers?.(host)
  const [source, consumer] = ['one', 'two'].map((name) => host.memberObjects.get(name))
  const imported = () => (consumer?.list(endpointSliceKind) ?? []) as readonly EndpointSlice[]
  const count = () => imported().flatMap(endpointsOf).length
  const settle = () => host.controllers.get('clusterset')?.reconcile('default/web')
  await settle()
  await settle()
  assert.ok(imported().length > 2)
  assert.equal(count(), 2_500)
  assert.ok(imported().every((slice) => endpointsOf(slice).length <= 1_000 && slice.metadata.labels?.[sliceLabel.imported] === 'web')) // biome-ignore format: one check

  const before = Number(consumer?.version)
  source?.put(webSlice(addresses(2_500).slice(1)))
  await settle()
  assert.equal(Number(consumer?.version) - before, 1)
  assert.equal(count(), 2_499)
  assert.deepEqual(observed, [{ flow: 'ServiceExport' }], 'how long it took is told of')

  source?.put(webSlice(addresses(1_000)))
  await settle()
  assert.deepEqual(imported().map((slice) => endpointsOf(slice).length), [1_000]) // biome-ignore format: one check
})
