import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import type { AdmissionRequest } from '../admission/admission.ts'
import type { Convert } from '../resource.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const spec = (...names: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: name === 'color' ? 'string' : 'integer' }])),
})

const versionOf = (name: string, storage: boolean, ...names: readonly string[]) => ({
  name,
  served: true,
  storage,
  subresources: { status: {} },
  schema: {
    openAPIV3Schema: { type: 'object', properties: { spec: spec(...names), status: spec('seen', 'times') } },
  },
})

const definition = (plural: string, strategy: 'None' | 'Webhook'): Manifest => {
  const kind = plural === 'ropes' ? 'Rope' : 'Chain'
  const clientConfig = { service: { namespace: 'default', name: 'nobody', path: '/convert' } }
  const webhook = { conversionReviewVersions: ['v1'], clientConfig }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [versionOf('v1', true, 'size', 'color'), versionOf('v1beta1', false, 'length')],
      conversion: strategy === 'Webhook' ? { strategy, webhook } : { strategy },
    },
  }
}

interface Rope extends Manifest {
  readonly spec: { readonly size?: number; readonly length?: number; readonly color?: string }
}

/** `v1beta1` says `length` for `size`, and knows no color. */
const convert: Convert = (object, apiVersion, before) => {
  const { spec = {} } = object as Rope
  if (apiVersion === 'example.com/v1beta1') return { ...object, apiVersion, spec: { length: spec.size } }
  const { color } = (before as Rope | undefined)?.spec ?? {}
  return { ...object, apiVersion, spec: { size: spec.length, ...(color && { color }) } }
}

const path = (version: string, plural = 'ropes') => `/apis/example.com/${version}/namespaces/default/${plural}`

describe('an object in a version it is not kept in', () => {
  let server: TestServer
  const asked: AdmissionRequest[] = []

  before(async () => {
    server = await startServer({
      crds: [definition('ropes', 'Webhook'), definition('chains', 'None')],
      convert,
      admission: async (request) => {
        if (request.resource.plural !== 'ropes') return request
        asked.push(request)
        const { metadata } = request.manifest
        return { manifest: { ...request.manifest, metadata: { ...metadata, labels: { seen: 'yes' } } } }
      },
    })
  })
  after(() => server.close())

  const create = (name: string, spec: object, version = 'v1') =>
    server.ask('POST', path(version), {
      apiVersion: `example.com/${version}`,
      kind: 'Rope',
      metadata: { name },
      spec,
    })
  const read = async (name: string, version: string) => (await server.ask('GET', `${path(version)}/${name}`)).body

  test('is read, listed and watched as that version says it', async () => {
    await create('a', { size: 3, color: 'red' })
    assert.deepEqual((await read('a', 'v1beta1')).spec, { length: 3 })
    const list = (await server.ask('GET', path('v1beta1'))).body
    assert.deepEqual(
      list.items.map(({ apiVersion, spec }: Rope) => [apiVersion, spec]),
      [['example.com/v1beta1', { length: 3 }]],
    )
    const watching = await server.watch(`${path('v1beta1')}?watch=true`)
    assert.deepEqual(await watching.next(1), ['ADDED a'])
    await watching.end()
  })

  test('is created in its own version', async () => {
    const { code, body } = await create('b', { length: 4 }, 'v1beta1')
    assert.deepEqual([code, body.apiVersion, body.spec], [201, 'example.com/v1beta1', { length: 4 }])
    assert.deepEqual((await read('b', 'v1')).spec, { size: 4 })
  })

  test('keeps what its version cannot say, whichever way it is written', async () => {
    await create('c', { size: 1, color: 'blue' })
    const put = await server.ask('PUT', `${path('v1beta1')}/c`, {
      ...(await read('c', 'v1beta1')),
      spec: { length: 2 },
    })
    assert.deepEqual([put.code, put.body.spec, put.body.metadata.generation], [200, { length: 2 }, 2])
    assert.deepEqual((await read('c', 'v1')).spec, { size: 2, color: 'blue' })
    await server.ask('PATCH', `${path('v1beta1')}/c`, { spec: { length: 3 } })
    assert.deepEqual((await read('c', 'v1')).spec, { size: 3, color: 'blue' })
    const applied = await server.ask(
      'PATCH',
      `${path('v1beta1')}/c?fieldManager=me&force=true`,
      { apiVersion: 'example.com/v1beta1', kind: 'Rope', metadata: { name: 'c' }, spec: { length: 5 } },
      { 'content-type': 'application/apply-patch+yaml' },
    )
    assert.equal(applied.code, 200)
    assert.deepEqual((await read('c', 'v1')).spec, { size: 5, color: 'blue' })
  })

  test('has a status of its own', async () => {
    await create('d', { size: 1, color: 'blue' })
    await server.ask('PATCH', `${path('v1beta1')}/d/status`, { status: { seen: 1 } })
    const { spec, status } = await read('d', 'v1')
    assert.deepEqual([spec, status], [{ size: 1, color: 'blue' }, { seen: 1 }])
  })

  test('is not written when nothing of it changes', async () => {
    await create('e', { size: 1, color: 'blue' })
    const before = await read('e', 'v1beta1')
    const { body } = await server.ask('PUT', `${path('v1beta1')}/e`, before)
    assert.equal(body.metadata.resourceVersion, before.metadata.resourceVersion)
  })

  test('is admitted as it is kept', async () => {
    await create('f', { size: 1, color: 'blue' })
    await server.ask('PATCH', `${path('v1beta1')}/f`, { spec: { length: 2 } })
    const { manifest, before } = asked.at(-1) ?? {}
    assert.deepEqual(manifest?.spec, { size: 2, color: 'blue' })
    assert.deepEqual(before?.spec, { size: 1, color: 'blue' })
    assert.equal((await read('f', 'v1beta1')).metadata.labels.seen, 'yes')
    await server.ask('DELETE', `${path('v1beta1')}/f`)
    assert.deepEqual(asked.at(-1)?.manifest.apiVersion, 'example.com/v1')
  })

  test('is refused in the words of its version', async () => {
    const { code, body } = await create('g', { length: 'long' }, 'v1beta1')
    assert.equal(code, 422)
    assert.match(body.message, /spec\.length/)
  })

  test('has the same fields where nobody converts', async () => {
    const chain = { apiVersion: 'example.com/v1', kind: 'Chain', metadata: { name: 'a' }, spec: { size: 3 } }
    await server.ask('POST', path('v1', 'chains'), chain)
    assert.deepEqual((await server.ask('GET', `${path('v1beta1', 'chains')}/a`)).body.spec, { size: 3 })
  })

  test('is what nothing else went wrong with', () => assert.deepEqual(server.log.errors, []))
})
