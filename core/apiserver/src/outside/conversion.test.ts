import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { startServer, type TestServer } from '../testing/server.ts'
import { type Asked, type Reply, startWebhook, type TestWebhook } from '../testing/webhook.ts'

const spec = (...names: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'integer' }])),
})

const versionOf = (name: string, storage: boolean, field: string) => ({
  name,
  served: true,
  storage,
  subresources: { status: {} },
  selectableFields: [{ jsonPath: `.spec.${field}` }],
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: spec(field), status: spec('seen') } } },
})

interface Rope extends Manifest {
  readonly spec: { readonly size?: number; readonly length?: number }
}

/** `v1beta1` says `length` for `size`. */
const converted = (object: Rope, apiVersion: string): Manifest => {
  const { size, length } = object.spec
  return { ...object, apiVersion, spec: apiVersion.endsWith('beta1') ? { length: size } : { size: length } }
}

const convert: Reply = ({ body: { apiVersion, kind, request } }: Asked) => ({
  apiVersion,
  kind,
  response: {
    uid: request.uid,
    result: { status: 'Success' },
    convertedObjects: request.objects.map((object: Rope) => converted(object, request.desiredAPIVersion)),
  },
})

const path = (version: string) => `/apis/example.com/${version}/namespaces/default/ropes`
const rope = (name: string, version: string, spec: object) => ({
  apiVersion: `example.com/${version}`,
  kind: 'Rope',
  metadata: { name },
  spec,
})

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

describe('a webhook that converts', () => {
  let server: TestServer
  let webhook: TestWebhook

  before(async () => {
    webhook = await startWebhook()
    const clientConfig = { url: `${webhook.url}/convert`, caBundle: webhook.caBundle }
    server = await startServer({
      convert: () => undefined,
      crds: [
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'ropes.example.com' },
          spec: {
            group: 'example.com',
            scope: 'Namespaced',
            names: { plural: 'ropes', kind: 'Rope' },
            versions: [versionOf('v1', true, 'size'), versionOf('v1beta1', false, 'length')],
            conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } },
          },
        },
      ],
    })
  })
  after(async () => {
    await server.close()
    await webhook[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    webhook.replies.set('/convert', convert)
    webhook.asked.length = 0
  })

  const create = (name: string, version: string, spec: object) =>
    server.ask('POST', path(version), rope(name, version, spec))
  const read = async (name: string, version: string) => (await server.ask('GET', `${path(version)}/${name}`)).body

  test('is not asked about the version that is kept', async () => {
    await create('plain', 'v1', { size: 1 })
    await read('plain', 'v1')
    assert.equal(webhook.asked.length, 0)
  })

  test('is asked about any other version, once for each state of an object', async () => {
    await create('a', 'v1', { size: 3 })
    assert.deepEqual((await read('a', 'v1beta1')).spec, { length: 3 })
    await Promise.all([read('a', 'v1beta1'), server.ask('GET', path('v1beta1'))])
    const { kind, apiVersion, request } = webhook.asked[0]?.body ?? {}
    assert.deepEqual([kind, apiVersion], ['ConversionReview', 'apiextensions.k8s.io/v1'])
    assert.deepEqual([request.desiredAPIVersion, request.objects.length], ['example.com/v1beta1', 1])
    const names = webhook.asked.flatMap(({ body }) =>
      body.request.objects.map(({ metadata }: Manifest) => metadata.name),
    )
    assert.equal(names.filter((name) => name === 'a').length, 1)
  })

  test('is asked about a whole list at once, and each is in its place', async () => {
    for (let i = 0; i < 5; i++) await create(`list-${i}`, 'v1', { size: i })
    const { items } = (await server.ask('GET', `${path('v1beta1')}?labelSelector=`)).body
    const found = items.filter(({ metadata }: Manifest) => metadata.name.startsWith('list-'))
    assert.deepEqual(
      found.map(({ spec }: Rope) => spec.length),
      [0, 1, 2, 3, 4],
    )
    assert.equal(webhook.asked.length, 1)
    const selected = (await server.ask('GET', `${path('v1beta1')}?fieldSelector=spec.length=3`)).body.items
    assert.ok(selected.some(({ metadata }: Manifest) => metadata.name === 'list-3'))
    const page = (await server.ask('GET', `${path('v1beta1')}?limit=2`)).body
    assert.equal(page.items.length, 2)
    assert.ok(page.items.every(({ apiVersion }: Manifest) => apiVersion === 'example.com/v1beta1'))
  })

  test('is asked what is to be kept of a write in another version', async () => {
    const { code, body } = await create('b', 'v1beta1', { length: 4 })
    assert.deepEqual([code, body.apiVersion, body.spec], [201, 'example.com/v1beta1', { length: 4 }])
    assert.deepEqual((await read('b', 'v1')).spec, { size: 4 })
    const patched = await server.ask('PATCH', `${path('v1beta1')}/b`, { spec: { length: 5 } })
    assert.deepEqual([patched.code, patched.body.spec, patched.body.metadata.generation], [200, { length: 5 }, 2])
    const same = await server.ask('PUT', `${path('v1beta1')}/b`, patched.body)
    assert.equal(same.body.metadata.resourceVersion, patched.body.metadata.resourceVersion)
    await server.ask('PATCH', `${path('v1beta1')}/b/status`, { status: { seen: 1 } })
    assert.deepEqual((await read('b', 'v1')).spec, { size: 5 })
    assert.equal((await server.ask('DELETE', `${path('v1beta1')}/b`)).code, 200)
  })

  test('is asked about what a watch sees, and the order stays', async () => {
    const before = await create('w-0', 'v1', { size: 0 })
    const since = before.body.metadata.resourceVersion
    const watching = await server.watch(`${path('v1beta1')}?watch=true&resourceVersion=${since}`)
    for (let i = 1; i <= 3; i++) await create(`w-${i}`, 'v1', { size: i })
    await server.ask('PATCH', `${path('v1')}/w-1`, { spec: { size: 9 } })
    await server.ask('DELETE', `${path('v1')}/w-2`)
    const events = await watching.next(5)
    assert.deepEqual(events, ['ADDED w-1', 'ADDED w-2', 'ADDED w-3', 'MODIFIED w-1', 'DELETED w-2'])
    await watching.end()
    const fresh = await server.watch(`${path('v1beta1')}?watch=true&fieldSelector=spec.length=9`)
    assert.deepEqual(await fresh.next(1), ['ADDED w-1'])
    await fresh.end()
  })

  const failures: readonly [string, Reply, RegExp][] = [
    ['an error', () => 500, /an error on the server/],
    ['no review', () => ({}), /invalid response: expected apiextensions\.k8s\.io\/v1, Kind=ConversionReview/],
    [
      'a refusal',
      ({
        body: {
          apiVersion,
          kind,
          request: { uid },
        },
      }) => ({ apiVersion, kind, response: { uid, result: { status: 'Failure', message: 'no way' } } }),
      /failed: no way$/,
    ],
    [
      'too few',
      ({
        body: {
          apiVersion,
          kind,
          request: { uid },
        },
      }) => ({ apiVersion, kind, response: { uid, result: { status: 'Success' }, convertedObjects: [] } }),
      /webhook returned 0 objects, expected 1$/,
    ],
    [
      'another name',
      (asked) => {
        const whole = convert(asked) as { response: { convertedObjects: Rope[] } }
        const convertedObjects = whole.response.convertedObjects.map((object) => ({
          ...object,
          metadata: { ...object.metadata, name: 'x' },
        }))
        return { ...whole, response: { ...whole.response, convertedObjects } }
      },
      /returned invalid object: must have the same name: failing-another-name != x$/,
    ],
  ]
  for (const [name, reply, message] of failures)
    test(`that answers with ${name} is told of`, async () => {
      const called = `failing-${name.replaceAll(' ', '-')}`
      await create(called, 'v1', { size: 1 })
      webhook.replies.set('/convert', reply)
      const { code, body } = await server.ask('GET', `${path('v1beta1')}/${called}`)
      assert.equal(code, 500)
      assert.match(body.message, /^conversion webhook for example\.com\/v1, Kind=Rope (failed|returned)/)
      assert.match(body.message, message)
      webhook.replies.set('/convert', convert)
      assert.deepEqual((await read(called, 'v1beta1')).spec, { length: 1 })
    })

  test('that fails ends a watch with the reason', async () => {
    webhook.replies.set('/convert', () => 500)
    await create('unseen', 'v1', { size: 1 })
    const watching = await server.watch(`${path('v1beta1')}?watch=true`)
    assert.deepEqual(await watching.end(), [])
    const failing = await server.watch(`${path('v1beta1')}?watch=true`)
    assert.match((await failing.next(1))[0] ?? '', /^ERROR/)
    await failing.end()
  })

  test('goes with its definition, and objects are then the same in all versions', async () => {
    const { body } = await server.ask('GET', `${definitions}/ropes.example.com`)
    await server.ask('PUT', `${definitions}/ropes.example.com`, {
      ...body,
      spec: { ...body.spec, conversion: { strategy: 'None' } },
    })
    await create('last', 'v1', { size: 1 })
    assert.equal((await read('last', 'v1beta1')).apiVersion, 'example.com/v1beta1')
    assert.equal(webhook.asked.length, 0)
  })

  test('is what nothing else went wrong with', () => assert.deepEqual(server.log.errors, []))
})
