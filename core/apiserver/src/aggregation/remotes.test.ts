import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { masters } from '../authorization.ts'
import { type HttpsListener, serveHttps } from '../http/serve.ts'
import { exchanges } from '../server.ts'
import { json, startExtension, type TestExtension } from '../testing/extension.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { type Authority, type Credential, openAuthority } from '../tls.ts'
import { inProcessTransport } from '../transport.ts'
import { openFrontProxy } from './front-proxy.ts'

const dir = await mkdtemp(join(tmpdir(), 'aggregation-'))
const collection = '/apis/apiregistration.k8s.io/v1/apiservices'
const root = '/apis/ext.example.com/v1'
const things = `${root}/namespaces/default/things`

let authority: Authority
let api: TestServer
let listener: HttpsListener
let ext: TestExtension
let admin: Credential

const entry = { singularName: '', namespaced: true, kind: 'Thing', verbs: ['get', 'list'] }
const resources = [{ name: 'things', ...entry }]
const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'ext.example.com/v1', resources }
const schemas = { openapi: '3.0.0', paths: {}, components: { schemas: {} } }

const eventually = async <T>(look: () => Promise<T>): Promise<T> => {
  for (const end = performance.now() + 20_000; ; await sleep(20)) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}

const serviceTo = (port: number) => ({
  metadata: { name: 'ext', namespace: 'default' },
  spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'x', port }] },
})

const apiService = (spec: object = {}) => ({
  metadata: { name: 'v1.ext.example.com' },
  spec: {
    group: 'ext.example.com',
    version: 'v1',
    groupPriorityMinimum: 2000,
    versionPriority: 10,
    service: { namespace: 'default', name: 'ext', port: ext.port },
    caBundle: ext.caBundle,
    ...spec,
  },
})

const found = async () => (await api.ask('GET', `${collection}/v1.ext.example.com`)).body
const condition = async () => (await found()).status?.conditions?.[0]
const is = (reason: string) => eventually(async () => assert.equal((await condition())?.reason, reason))
const current = () =>
  eventually(async () => {
    const [version] = await discovered()
    assert.equal(version?.freshness, 'Current')
  })

const discovered = async () => {
  const accept = 'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList'
  const { body } = await api.ask('GET', '/apis', undefined, { accept })
  return (
    body.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'ext.example.com')?.versions ??
    []
  )
}

before(async () => {
  authority = await openAuthority({ dir })
  admin = await authority.client('admin', { name: 'admin', groups: [masters, 'team'] })
  const frontProxy = await openFrontProxy({ dir: join(dir, 'front-proxy') })
  ext = await startExtension('ext.default.svc', frontProxy.ca)
  api = await startServer({ frontProxy, access: { authority } })
  const tls = { ca: authority.ca, ...(await authority.server()) }
  listener = await serveHttps({ servers: [{ prefix: '/deep', server: api.server }], tls })
})
beforeEach(async () => {
  await ext.start()
  ext.answers.clear()
  ext.answers.set(root, json(list))
  ext.answers.set(`/openapi/v3${root}`, json(schemas))
  await api.ask('DELETE', `${collection}/v1.ext.example.com`)
  await api.ask('DELETE', '/api/v1/namespaces/default/services/ext')
  await api.ask('POST', '/api/v1/namespaces/default/services', serviceTo(ext.port))
  await api.ask('POST', collection, apiService())
  await current()
  ext.heard.length = 0
})
after(async () => {
  await listener.close()
  await api.close()
  await ext[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
  assert.deepEqual(api.log.errors, [])
})

const send = async (path: string, options: { method?: string; headers?: object; body?: string } = {}) => {
  const { method = 'GET', headers, body } = options
  const place = {
    host: '127.0.0.1',
    port: listener.port,
    path: `/deep${path}`,
    agent: false,
    ca: authority.ca,
    ...admin,
  }
  const outgoing = httpsRequest({ ...place, method, headers: { ...headers } })
  outgoing.end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: incoming.statusCode, headers: incoming.headers, incoming }
}

const ask = async (path: string, options?: Parameters<typeof send>[1]) => {
  const { incoming, ...answer } = await send(path, options)
  return { ...answer, text: await text(incoming) }
}

test('what keeps a service from leading anywhere is told in its order', async () => {
  const services = '/api/v1/namespaces/default/services'
  const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'
  const spec = { ports: [{ name: 'x', port: ext.port }] }
  const slice = (port: string, ready = true) => ({
    metadata: { name: 'ext-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'ext' } },
    addressType: 'IPv4',
    ports: [{ name: port, port: 1 }],
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready } }],
  })
  await api.ask('DELETE', `${services}/ext`)
  await is('ServiceNotFound')
  const { lastTransitionTime, ...said } = await condition()
  const message = 'service/ext in "default" is not present'
  assert.deepEqual(said, { type: 'Available', status: 'False', reason: 'ServiceNotFound', message })
  const { status, text } = await ask(things)
  assert.deepEqual([status, text], [503, 'service unavailable\n'])
  await api.ask('POST', services, { metadata: { name: 'ext' }, spec: { ports: [{ port: 1 }] } })
  await is('ServicePortError')
  assert.equal((await condition()).message, `service/ext in "default" is not listening on port ${ext.port}`)
  await api.ask('DELETE', `${services}/ext`)
  await api.ask('POST', services, { metadata: { name: 'ext' }, spec })
  await is('EndpointsNotFound')
  assert.equal((await condition()).message, 'cannot find endpointslices for service/ext in "default"')
  await api.ask('POST', slices, slice('other'))
  await is('MissingEndpoints')
  const missing = 'endpointslices for service/ext in "default" have no addresses with port name "x"'
  assert.equal((await condition()).message, missing)
  assert.equal((await condition()).lastTransitionTime, lastTransitionTime, 'it was not there all the time')
  await api.ask('DELETE', `${slices}/ext-1`)
})

test('it is asked in the name of who asks, whom nobody else can pass for', async () => {
  ext.answers.set(things, json({ kind: 'ThingList', items: [] }))
  const headers = {
    'x-remote-user': 'evil',
    'x-remote-group': 'evil',
    'x-remote-uid': 'evil',
    'x-remote-extra-evil': 'evil',
    'impersonate-user': 'jane',
    'impersonate-group': ['a', 'system:masters'],
    'impersonate-uid': 'u1',
    'impersonate-extra-Foo%2Fbar': 'x',
    authorization: 'Bearer evil',
    connection: 'x-of-the-connection',
    'x-of-the-connection': '1',
    'x-own': '1',
    'x-forwarded-for': '192.0.2.1',
    'user-agent': 'me',
    'content-type': 'application/json',
  }
  const { status, text } = await ask(`${things}?a=b%20c`, { method: 'POST', headers, body: '{"a": 1}' })
  assert.deepEqual([status, text], [200, '{"kind":"ThingList","items":[]}'])
  const [heard] = ext.heard
  assert.deepEqual(
    [heard?.by, heard?.method, heard?.url, heard?.body],
    ['front-proxy-client', 'POST', `${things}?a=b%20c`, '{"a": 1}'],
  )
  const { distinct } = heard ?? {}
  const proof = Object.entries(distinct ?? {}).filter(([name]) =>
    /^(x-remote|impersonate|authorization|x-of)/.test(name),
  )
  assert.deepEqual(Object.fromEntries(proof), {
    'x-remote-user': ['jane'],
    'x-remote-group': ['a', 'system:masters', 'system:authenticated'],
    'x-remote-uid': ['u1'],
    'x-remote-extra-foo%2fbar': ['x'],
  })
  assert.deepEqual(
    [distinct?.['x-own'], distinct?.['user-agent'], distinct?.['content-type']],
    [['1'], ['me'], ['application/json']],
  )
  assert.deepEqual(distinct?.['x-forwarded-for'], ['192.0.2.1, 127.0.0.1'])
  assert.deepEqual(
    [distinct?.host, distinct?.['x-forwarded-host']],
    [[`localhost:${ext.port}`], [`localhost:${ext.port}`]],
  )
  assert.deepEqual([distinct?.['x-forwarded-proto'], distinct?.['x-forwarded-uri']], [['https'], [things]])
})

test('it is not asked by who may not', async () => {
  for (const path of [things, `${things}/one/deep/er/still`, `${root}//namespaces/default/things`]) {
    const { status, text } = await ask(path, { headers: { 'impersonate-user': 'jane' } })
    assert.equal(status, 403)
    assert.match(
      JSON.parse(text).message,
      /^things.ext.example.com ("one" )?is forbidden: User "jane" cannot (list|get) resource "things/,
    )
  }
  assert.deepEqual(ext.heard, [])
})

test('a path is asked for as it was understood', async () => {
  await ask(`${things}/a%2Fb/c%20d%3Fe/f//g`)
  assert.equal(ext.heard[0]?.url, `${things}/a/b/c%20d%3Fe/f//g`)
  const { status } = await ask(`${root}/namespaces/default/%2E%2E/other/things`)
  assert.deepEqual([status, ext.heard.length], [404, 1])
})

test('its answers are passed on as they are, whatever they are', async () => {
  ext.answers.set(`${root}/odd`, (response) =>
    response.writeHead(418, { 'x-own': ['1', '2'], 'content-type': 'text/x' }).end('odd'),
  )
  const { status, headers, text } = await ask(`${root}/odd`)
  assert.deepEqual([status, headers['x-own'], headers['content-type'], text], [418, '1, 2', 'text/x', 'odd'])
  assert.equal((await ask(`${root}/none`)).text, '404 page not found\n')
  ext.answers.set(`${root}/away`, (response) => response.writeHead(302, { location: '/elsewhere' }).end())
  const away = await ask(`${root}/away`)
  assert.deepEqual(
    [away.status, away.text],
    [502, 'the backend attempted to redirect this request, which is not permitted'],
  )
})

test('connections are kept', async () => {
  ext.answers.set(things, json({}))
  const before = ext.connections
  for (let round = 0; round < 10; round++) await ask(things)
  assert.ok(ext.connections - before <= 1, String(ext.connections - before))
})

test('a watch is passed on as it goes, and ends with who watches', async () => {
  const ended = Promise.withResolvers<void>()
  let say = (_: string) => {}
  ext.answers.set(things, (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    say = (line) => response.write(`${line}\n`)
    response.once('close', ended.resolve)
  })
  const { incoming, status } = await send(`${things}?watch=true`)
  assert.equal(status, 200)
  say('{"type":"ADDED"}')
  const [chunk] = await once(incoming, 'data')
  assert.equal(String(chunk), '{"type":"ADDED"}\n')
  incoming.destroy()
  await ended.promise
})

test('it is asked in the same process, too', async () => {
  ext.answers.set(things, (response, { body, method }) => {
    if (method === 'POST') return json({ got: JSON.parse(body) }, 201)(response, {} as never)
    response.writeHead(200).end('{"type":"ADDED","object":{"a":1}}\n{"type":"DELETED","object":{"a":1}}\n')
  })
  const { code, body } = await api.ask('POST', `${things}?x=y`, { a: 'é' })
  assert.deepEqual([code, body, ext.heard[0]?.url], [201, { got: { a: 'é' } }, `${things}?x=y`])
  const transport = inProcessTransport(api.server, { name: 'admin', groups: [masters] })
  const types: string[] = []
  for await (const { type } of await transport.stream({ method: 'GET', path: things })) types.push(type)
  assert.deepEqual(types, ['ADDED', 'DELETED'])
})

test('it is in discovery, where its priority puts it', async () => {
  const { body } = await api.ask('GET', '/apis')
  assert.equal(body.groups.at(-1).name, 'ext.example.com')
  const [version] = await discovered()
  assert.deepEqual([version.resources[0].resource, version.resources[0].scope], ['things', 'Namespaced'])
  assert.deepEqual(JSON.parse((await ask(root)).text), list)
  const { paths } = (await api.ask('GET', '/openapi/v3')).body
  assert.deepEqual(JSON.parse((await ask(paths['apis/ext.example.com/v1'].serverRelativeURL)).text), schemas)
})

test('what it says of itself in one document is passed on in its words', async () => {
  const own = { resource: 'gadgets', scope: 'Cluster', verbs: ['get'] }
  const items = [
    { metadata: { name: 'other' }, versions: [] },
    { metadata: { name: 'ext.example.com' }, versions: [{ version: 'v1', resources: [own], freshness: 'Current' }] },
  ]
  ext.answers.set('/apis', json({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items }))
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 11 } })
  await eventually(async () => assert.deepEqual((await discovered())[0]?.resources, [own]))
})

test('one that lies about what it has is stale, and everything else is there', async () => {
  ext.answers.set(root, json({ ...list, groupVersion: 'other/v1' }))
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 12 } })
  await is('Passed')
  await eventually(async () => assert.deepEqual(await discovered(), [{ version: 'v1', freshness: 'Stale' }]))
  assert.equal((await ask('/api/v1/namespaces/default')).status, 200)
})

test('one that dies is told of as soon as it is missed, and found again', async () => {
  await ext.stop()
  const { status, text } = await ask(things)
  assert.equal(status, 503)
  assert.match(text, /^(error trying to reach service: nothing listens there |service unavailable\n)/)
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 13 } })
  await is('FailedDiscoveryCheck')
  assert.match(
    (await condition()).message,
    new RegExp(`^failing or missing response from https://localhost:${ext.port}${root}: `),
  )
  assert.deepEqual(await discovered(), [{ version: 'v1', freshness: 'Stale' }])
  assert.equal((await ask(things)).text, 'service unavailable\n')
  await ext.start()
  await is('Passed')
  await current()
})

test('one whose certificate nobody vouches for is not asked anything', async () => {
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { caBundle: null } })
  await is('FailedDiscoveryCheck')
  assert.match((await condition()).message, /signed by no authority that is trusted here/)
  assert.deepEqual(ext.heard, [])
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { insecureSkipTLSVerify: true } })
  await is('Passed')
})

test('one that answers wrong is not available', async () => {
  ext.answers.set(root, json({}, 403))
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 14 } })
  await is('FailedDiscoveryCheck')
  const url = `https://localhost:${ext.port}${root}`
  const message = `failing or missing response from ${url}: bad status from ${url}: 403`
  assert.equal((await condition()).message, message)
})

test('one that breaks off looks broken off, and one that hangs up is told of', async () => {
  ext.answers.set(`${root}/half`, (response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => setTimeout(() => response.destroy(), 50))
  })
  await assert.rejects(ask(`${root}/half`))
  ext.answers.set(`${root}/rude`, (response) => response.destroy())
  const { status, text } = await ask(`${root}/rude`)
  assert.equal(status, 503)
  assert.match(text, /^error trying to reach service: it hung up/)
})

test('an answer without end is passed on no faster than it is read', async () => {
  let written = 0
  ext.answers.set(`${root}/flood`, (response) => {
    const more = () => {
      for (let room = true; room && !response.destroyed; written += 100_000) room = response.write('x'.repeat(100_000))
    }
    response.on('drain', more)
    more()
  })
  const { incoming } = await send(`${root}/flood`)
  incoming.pause()
  const settled = async () => {
    const before = written
    await sleep(300)
    assert.equal(written, before)
  }
  await eventually(settled)
  assert.ok(written < 64_000_000, String(written))
  incoming.destroy()
})

test('what is as it was is not written again', async () => {
  const writes: string[] = []
  const count = (message: unknown) => {
    const { request } = message as { request: { method: string; path: string } }
    if (request.method !== 'GET') writes.push(request.path)
  }
  exchanges.subscribe(count)
  const { resourceVersion } = (await found()).metadata
  await api.ask('PATCH', '/api/v1/namespaces/default/services/ext', { metadata: { labels: { a: 'b' } } })
  await eventually(async () => assert.ok(ext.heard.some(({ url }) => url === root)))
  await sleep(100)
  exchanges.unsubscribe(count)
  assert.deepEqual(writes, ['/api/v1/namespaces/default/services/ext'])
  assert.equal((await found()).metadata.resourceVersion, resourceVersion)
})

test('who is to believe it finds where it is written whom to believe', async () => {
  const { body } = await api.ask('GET', '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication')
  assert.equal(body.data['client-ca-file'], authority.ca)
  assert.equal(body.data['requestheader-allowed-names'], '["front-proxy-client"]')
  assert.match(body.data['requestheader-client-ca-file'], /BEGIN CERTIFICATE/)
  assert.notEqual(body.data['requestheader-client-ca-file'], authority.ca)
})

test('a namespace takes along what others have of it', async () => {
  const gone = `${root}/namespaces/gone/things`
  let left = ['a', 'b']
  ext.answers.set(root, json({ ...list, resources: [{ ...resources[0], verbs: ['list', 'delete'] }] }))
  const items = () => left.map((name) => ({ metadata: { name, finalizers: ['example.com/wait'] } }))
  ext.answers.set(gone, (response, heard) => json({ kind: 'ThingList', items: items() })(response, heard))
  ext.answers.set(`${gone}/a`, (response, heard) => {
    left = left.filter((name) => name !== 'a')
    json({})(response, heard)
  })
  ext.answers.set(`${gone}/b`, json({}))
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 20 } })
  await eventually(async () => assert.deepEqual((await discovered())[0]?.resources[0].verbs, ['list', 'delete']))
  const namespace = '/api/v1/namespaces/gone'
  const waits = async () => {
    const { status } = (await api.ask('GET', namespace)).body
    return status?.conditions?.filter((each: { status: string }) => each.status === 'True') ?? []
  }
  await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'gone' } })
  await api.ask('DELETE', namespace)
  await eventually(async () => {
    const messages = (await waits()).map(({ message }: { message: string }) => message)
    assert.deepEqual(messages, [
      'Some resources are remaining: things.ext.example.com has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances',
    ])
  })
  left = []
  await eventually(async () => assert.equal((await api.ask('GET', namespace)).code, 404))
})

test('a namespace waits for others that cannot be asked, and says so', async () => {
  const namespace = '/api/v1/namespaces/gone'
  await ext.stop()
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 21 } })
  await is('FailedDiscoveryCheck')
  await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'gone' } })
  await api.ask('DELETE', namespace)
  await eventually(async () => {
    const [first] = (await api.ask('GET', namespace)).body.status.conditions
    const { type, status, reason, message } = first
    assert.deepEqual([type, status, reason], ['NamespaceDeletionDiscoveryFailure', 'True', 'DiscoveryFailed'])
    assert.match(message, /^Discovery failed for some groups, 1 failing: .*: ext.example.com\/v1: stale/)
  })
  await api.ask('DELETE', `${collection}/v1.ext.example.com`)
  await eventually(async () => assert.equal((await api.ask('GET', namespace)).code, 404))
})

test('its schemas are among those of all, as far as they are about it', async () => {
  const refer = (name: string) => ({ $ref: `#/definitions/${name}` })
  const older = {
    paths: {
      [things]: { get: { responses: { 200: { schema: refer('Thing') } } } },
      '/apis/apps/v1/deployments': { get: { responses: { 200: { schema: refer('Lie') } } } },
    },
    definitions: { Thing: { properties: { part: refer('Part'), self: refer('Thing') } }, Part: {}, Lie: {} },
  }
  ext.answers.set('/openapi/v2', json(older))
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 30 } })
  await eventually(async () => {
    const { paths, definitions } = (await api.ask('GET', '/openapi/v2')).body
    assert.deepEqual(paths[things], older.paths[things])
    assert.ok(paths['/apis/apps/v1/deployments'].get.operationId)
    assert.deepEqual([definitions.Thing, definitions.Part, definitions.Lie], [older.definitions.Thing, {}, undefined])
  })
})

test('one whose documents have no end is there without them', async () => {
  ext.answers.set('/openapi/v2', (response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(100_000)));
    }
    response.on('drain', more)
    more()
  })
  ext.answers.set(`/openapi/v3${root}`, () => undefined)
  await api.ask('PATCH', `${collection}/v1.ext.example.com`, { spec: { versionPriority: 31 } })
  await eventually(async () => assert.ok(ext.heard.some(({ url }) => url === '/openapi/v2')))
  await current()
  const { paths } = (await api.ask('GET', '/openapi/v3')).body
  assert.equal(paths['apis/ext.example.com/v1'], undefined)
})

test('a connection for another protocol is passed on, or its refusal', async () => {
  const upgrade = (path: string) => {
    const place = {
      host: '127.0.0.1',
      port: listener.port,
      path: `/deep${path}`,
      agent: false,
      ca: authority.ca,
      ...admin,
    }
    const outgoing = httpsRequest({ ...place, headers: { connection: 'Upgrade', upgrade: 'words' } })
    outgoing.end()
    return outgoing
  }
  const [answer, socket] = (await once(upgrade(`${root}/speak`), 'upgrade')) as [IncomingMessage, Duplex]
  assert.deepEqual([answer.statusCode, answer.headers.upgrade, answer.headers['x-own']], [101, 'words', '1'])
  socket.write('hello')
  let heard = ''
  for await (const chunk of socket) {
    heard += chunk
    if (heard.endsWith('hello')) break // which ends it
  }
  assert.equal(heard, 'admin: hello')
  const [refused] = (await once(upgrade(`${root}/silent`), 'response')) as [IncomingMessage]
  assert.deepEqual([refused.statusCode, await text(refused)], [409, 'no'])
})
