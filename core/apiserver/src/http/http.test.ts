import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { gunzipSync } from 'node:zlib'
import { masters } from '../authorization.ts'
import type { ApiServer } from '../server.ts'
import {
  configMap,
  configMapPath,
  startServer,
  type TestServer,
  widget,
  widgetPath,
  widgets,
} from '../testing/server.ts'
import { type Authority, type Credential, openAuthority } from '../tls.ts'
import type { Watch } from '../watch/watch.ts'
import { protobufType } from './body.ts'
import { type HttpsListener, serveHttps } from './serve.ts'

const dir = await mkdtemp(join(tmpdir(), 'apiserver-http-'))
let authority: Authority
let api: TestServer
let member: TestServer
let listener: HttpsListener
let admin: Credential

before(async () => {
  authority = await openAuthority({ dir })
  admin = await authority.client('admin', { name: 'admin', groups: [masters] })
  api = await startServer({
    crds: [widgets],
    authorize: async (attributes) => ({
      allowed: 'resource' in attributes ? attributes.verb === 'get' : attributes.path.startsWith('/api'),
    }),
  })
  member = await startServer({ watchBacklog: 20 })
  listener = await serveHttps({
    servers: [
      { prefix: '/', server: api.server },
      { prefix: '/members/one', server: { ...member.server, handle: tellWatches } },
    ],
    tls: { ca: authority.ca, ...(await authority.server()) },
    tokens: new Map([['secret', { name: 'bob', groups: ['team'] }]]),
    mount: (app, access, upgrades) => {
      app.get('/whoami', async (request) => access.user(request.raw))
      upgrades.take(
        ({ url }) => url === '/other',
        (_, { socket }) =>
          void socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'),
      )
    },
  })
})
after(async () => {
  await listener.close()
  await api.close()
  await member.close()
  await rm(dir, { recursive: true })
  assert.deepEqual([...api.log.errors, ...member.log.errors], [])
})

/** Hears of each watch of the member, as it starts. */
const watches = new EventEmitter()

const tellWatches: ApiServer['handle'] = async (request) => {
  const answer = await member.server.handle(request)
  if ('watch' in answer) watches.emit('started', answer.watch)
  return answer
}

interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  /** By default the administrator's certificate. */
  readonly as?: Credential | 'nobody'
}

interface Reply {
  readonly code: number | undefined
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

const send = async (path: string, { method = 'GET', headers = {}, body, as = admin }: Sent = {}): Promise<Reply> => {
  const credential = as === 'nobody' ? {} : as
  const request = httpsRequest(`${listener.url}${path}`, {
    method,
    headers: body === undefined ? headers : { 'content-length': String(Buffer.byteLength(body)), ...headers },
    ca: authority.ca,
    ...credential,
    agent: false,
  })
  request.end(body)
  const [response] = await once(request, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()
  const isJson = String(response.headers['content-type']).startsWith('application/json')
  return {
    code: response.statusCode,
    headers: response.headers,
    text,
    body: isJson && text ? JSON.parse(text) : undefined,
  }
}

const json = { 'content-type': 'application/json' }

test('objects are created, read, changed and deleted over HTTPS', async () => {
  const created = await send(configMapPath, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(configMap('h', { a: 'b' })),
  })
  assert.deepEqual([created.code, created.body.data], [201, { a: 'b' }])
  const patched = await send(`${configMapPath}/h`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: '{"data":{"c":"d"}}',
  })
  assert.deepEqual(patched.body.data, { a: 'b', c: 'd' })
  assert.deepEqual((await send(`${configMapPath}/h`)).body, patched.body)
  assert.equal((await send(`${configMapPath}/h`, { method: 'HEAD' })).text, '')
  assert.equal(
    (
      await send(`${configMapPath}/h`, {
        method: 'DELETE',
        headers: json,
        body: '{"kind":"DeleteOptions","apiVersion":"v1"}',
      })
    ).code,
    200,
  )
  assert.equal((await send(`${configMapPath}/h`)).code, 404)
})

test('who is mounted may have a connection for another protocol; what nobody takes is answered as ever', async () => {
  const upgrading = { connection: 'upgrade', upgrade: 'other' }
  const request = httpsRequest(`${listener.url}/other`, { headers: upgrading, ca: authority.ca, agent: false }).end()
  const [{ statusCode }, socket] = await once(request, 'upgrade')
  socket.destroy()
  assert.equal(statusCode, 101)
  const { code, body } = await send(`${configMapPath}/nowhere`, { headers: upgrading })
  assert.deepEqual([code, body.message], [404, 'configmaps "nowhere" not found'])
  const created = await send(configMapPath, {
    method: 'POST',
    headers: { ...json, ...upgrading },
    body: JSON.stringify(configMap('upgrading', {})),
  })
  assert.equal(created.code, 201)
})

test('bodies and answers may be YAML', async () => {
  const body = 'metadata: {name: yaml}\ndata:\n  a: "b"\n'
  const headers = { 'content-type': 'application/yaml', accept: 'application/yaml' }
  const { code, text, headers: answered } = await send(configMapPath, { method: 'POST', headers, body })
  assert.equal(code, 201)
  assert.match(text, /^apiVersion: v1\ndata:\n {2}a: b\nkind: ConfigMap\nmetadata:\n {2}creationTimestamp: "\d/)
  assert.equal(answered['content-type'], 'application/yaml')
})

const post = (body: string | Buffer, type = 'application/json'): Sent => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
})

const refused: readonly [what: string, path: string, sent: Sent, code: number, reason: string][] = [
  ['JSON that is none', configMapPath, post('{"metadata":'), 400, 'BadRequest'],
  ['YAML that is none', configMapPath, post('a: [', 'application/yaml'), 400, 'BadRequest'],
  [
    'a YAML bomb',
    configMapPath,
    post(
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
      'application/yaml',
    ),
    400,
    'BadRequest',
  ],
  ['JSON without a floor', configMapPath, post(`${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`), 400, 'BadRequest'],
  [
    'YAML without a floor',
    configMapPath,
    post('['.repeat(2000) + ']'.repeat(2000), 'application/yaml'),
    400,
    'BadRequest',
  ],
  ['bytes that are no text', configMapPath, post(Buffer.from([0x7b, 0xff, 0xfe])), 400, 'BadRequest'],
  ['a number', configMapPath, post('5'), 400, 'BadRequest'],
  ['nothing', configMapPath, { method: 'POST' }, 400, 'BadRequest'],
  ['protobuf without an object', configMapPath, post('k8s\0', protobufType), 400, 'BadRequest'],
  ['JSON that calls itself protobuf', configMapPath, post('{}', protobufType), 400, 'BadRequest'],
  ['a widget in protobuf', widgetPath, post('k8s\0\n\x00\x12\x00', protobufType), 400, 'BadRequest'],
  [
    'a patch in protobuf',
    `${configMapPath}/one`,
    { ...post('k8s\0\n\x00\x12\x00', protobufType), method: 'PATCH' },
    415,
    'UnsupportedMediaType',
  ],
  ['another language', configMapPath, post('<a/>', 'text/xml'), 415, 'UnsupportedMediaType'],
  ['protobuf as an answer', configMapPath, { headers: { accept: protobufType } }, 406, 'NotAcceptable'],
  ['too much', configMapPath, post('x'.repeat(3 * 1024 * 1024 + 1)), 413, 'RequestEntityTooLarge'],
  ['far too much', configMapPath, post('x'.repeat(24 * 1024 * 1024)), 413, 'RequestEntityTooLarge'],
  ['a path that is none', '/api/v1/%zz', {}, 400, 'BadRequest'],
  ['an answer we cannot give', configMapPath, { headers: { accept: 'text/html' } }, 406, 'NotAcceptable'],
  ['a method nobody knows here', configMapPath, { method: 'PUT', headers: json, body: '{}' }, 405, 'MethodNotAllowed'],
  ['nobody', configMapPath, { as: 'nobody' }, 401, 'Unauthorized'],
  ['nobody, asking what is served', '/apis', { as: 'nobody' }, 401, 'Unauthorized'],
  ['a token nobody has', configMapPath, { as: 'nobody', headers: { authorization: 'Bearer x' } }, 401, 'Unauthorized'],
  ['what bob may not', configMapPath, { as: 'nobody', headers: { authorization: 'Bearer secret' } }, 403, 'Forbidden'],
  [
    'a path bob may not',
    '/openapi/v3',
    { as: 'nobody', headers: { authorization: 'Bearer secret' } },
    403,
    'Forbidden',
  ],
]

for (const [what, path, sent, code, reason] of refused) {
  test(`refused: ${what}`, async () => {
    const answer = await send(path, sent)
    assert.deepEqual(
      [answer.code, answer.body.kind, answer.body.reason, answer.body.code],
      [code, 'Status', reason, code],
      answer.text,
    )
  })
}

test('answers are what clients compare them with: a type without a charset, a line to its end', async () => {
  const plain = await send(`${configMapPath}/h`)
  assert.deepEqual([plain.headers['content-type'], plain.text.slice(-2)], ['application/json', '}\n'])
  assert.equal((await send('/healthz')).text, 'ok')
  const pretty = await send(`${configMapPath}/h?pretty=true`)
  assert.match(pretty.text, /^\{\n {2}"/)
  assert.deepEqual(pretty.body, plain.body)
  assert.match((await send(`${configMapPath}/h`, { headers: { 'user-agent': 'curl/8' } })).text, /^\{\n {2}"/)
  assert.match((await send(`${configMapPath}/h?pretty=0`, { headers: { 'user-agent': 'curl/8' } })).text, /^\{"/)
})

test('what is large is packed for who can unpack it', async () => {
  const large = configMap('large', { text: 'x'.repeat(200_000) })
  await send(configMapPath, { method: 'POST', headers: json, body: JSON.stringify(large) })
  const packed = await send(`${configMapPath}/large`, { headers: { 'accept-encoding': 'gzip, deflate' } })
  assert.deepEqual([packed.headers['content-encoding'], packed.body.data], ['gzip', large.data])
  const whole = await send(`${configMapPath}/large`)
  assert.deepEqual([whole.headers['content-encoding'], whole.body.data], [undefined, large.data])
  assert.equal(
    (await send(`${configMapPath}/h`, { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'],
    undefined,
  )
})

test('who may not is told what', async () => {
  const bob: Sent = { as: 'nobody', headers: { authorization: 'Bearer secret' } }
  const { body } = await send(configMapPath, bob)
  assert.equal(
    body.message,
    'configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "default"',
  )
  assert.equal((await send(`${configMapPath}/none`, bob)).code, 404)
})

test('a certificate says who one is: common name and organizations', async () => {
  const carol = await authority.client('carol', { name: 'carol', groups: ['a', 'b'] })
  const id = createHash('sha256').update(new X509Certificate(carol.cert).raw).digest('hex')
  assert.deepEqual((await send('/whoami', { as: carol })).body, {
    name: 'carol',
    groups: ['a', 'b', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${id}`] },
  })
  assert.deepEqual((await send('/whoami', { as: 'nobody' })).body.name, 'system:anonymous')
  const stranger = await (await openAuthority({ dir: join(dir, 'other') })).client('x', {
    name: 'admin',
    groups: [masters],
  })
  assert.equal((await send(configMapPath, { as: stranger })).code, 401)
})

test('health and version are for everybody', async () => {
  for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping']) {
    assert.deepEqual(
      [(await send(path, { as: 'nobody' })).text, (await send(path, { as: 'nobody' })).code],
      ['ok', 200],
    )
  }
  assert.match((await send('/version', { as: 'nobody' })).body.gitVersion, /^v1\.\d+/)
})

test('servers under a prefix are servers of their own', async () => {
  await send(`/members/one${configMapPath}`, post(JSON.stringify(configMap('there'))))
  assert.equal((await send(`/members/one${configMapPath}/there`)).code, 200)
  assert.equal((await send(`${configMapPath}/there`)).code, 404)
  assert.equal((await send('/members/one/healthz', { as: 'nobody' })).text, 'ok')
  assert.equal((await send('/members/one/apis/example.com/v1/widgets')).code, 404)
  assert.equal((await send('/members/two/healthz', { as: 'nobody' })).code, 401)
})

const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io'

test('a table is answered when asked for', async () => {
  await send(widgetPath, post(JSON.stringify(widget('t', { size: 5 }))))
  const { body } = await send(widgetPath, { headers: { accept: `${tableType},application/json` } })
  assert.deepEqual([body.kind, body.apiVersion], ['Table', 'meta.k8s.io/v1'])
  assert.deepEqual(
    body.columnDefinitions.map(({ name }: { name: string }) => name),
    ['Name', 'Size', 'Ready', 'Age'],
  )
  assert.deepEqual(body.rows[0].cells.slice(0, 3), ['t', 5, null])
  assert.equal(body.rows[0].object.kind, 'PartialObjectMetadata')
  const one = await send(`${widgetPath}/t`, { headers: { accept: tableType } })
  assert.equal(one.body.rows.length, 1)
  const partial = await send(`${widgetPath}/t`, {
    headers: { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
  })
  assert.deepEqual(
    [partial.body.kind, partial.body.spec, partial.body.metadata.name],
    ['PartialObjectMetadata', undefined, 't'],
  )
})

test('unknown fields are warned of', async () => {
  const { headers } = await send(widgetPath, post(JSON.stringify(widget('warned', { weight: 1 }))))
  assert.equal(headers.warning, '299 - "unknown field \\"spec.weight\\""')
})

test('what is served can be asked, in the old way and in the new', async () => {
  const { body: groups } = await send('/apis')
  assert.ok(groups.groups.some(({ name }: { name: string }) => name === 'example.com'))
  assert.equal((await send('/apis/example.com')).body.preferredVersion.groupVersion, 'example.com/v1')
  const { body: list } = await send('/apis/example.com/v1')
  assert.deepEqual(
    list.resources.map(({ name }: { name: string }) => name),
    ['widgets', 'widgets/status', 'widgets/scale'],
  )
  assert.deepEqual(list.resources[0].shortNames, ['wd'])
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  const aggregated = await send('/apis', { headers: { accept: `${type},application/json` } })
  assert.match(
    String(aggregated.headers['content-type']),
    /^application\/json;g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList$/,
  )
  const found = aggregated.body.items.find(
    ({ metadata }: { metadata: { name: string } }) => metadata.name === 'example.com',
  )
  assert.deepEqual(
    found.versions[0].resources[0].subresources.map(({ subresource }: { subresource: string }) => subresource),
    ['status', 'scale'],
  )
  const { headers } = await send('/openapi/v3')
  assert.equal((await send('/openapi/v3', { headers: { 'if-none-match': String(headers.etag) } })).code, 304)
})

/** Lines of a watch, one by one. */
const watch = async (path: string, headers: Record<string, string> = {}) => {
  const request = httpsRequest(`${listener.url}${path}`, { headers, ca: authority.ca, ...admin, agent: false })
  request.end()
  const [response] = await once(request, 'response')
  const lines = createInterface(response)[Symbol.asyncIterator]()
  return {
    code: response.statusCode,
    next: async () => {
      const { done, value } = await lines.next()
      return done ? undefined : JSON.parse(value)
    },
    end: () => request.destroy(),
  }
}

test('a watch streams a line for each event, in the shape asked for', async () => {
  const table = await watch(`${widgetPath}?watch=1&fieldSelector=metadata.name%3Dstreamed`, { accept: tableType })
  const plain = await watch(`${widgetPath}?watch=1&fieldSelector=metadata.name%3Dstreamed`)
  await send(widgetPath, post(JSON.stringify(widget('streamed', { size: 2 }))))
  await send(`${widgetPath}/streamed`, { method: 'DELETE' })
  const first = await table.next()
  assert.deepEqual([first.type, first.object.kind, first.object.columnDefinitions.length], ['ADDED', 'Table', 4])
  const second = await table.next()
  assert.deepEqual([second.type, second.object.columnDefinitions], ['DELETED', null])
  const added = await plain.next()
  assert.deepEqual([added.type, added.object.spec], ['ADDED', { size: 2 }])
  assert.equal((await plain.next()).type, 'DELETED')
  table.end()
  plain.end()
})

test('a watch ends in time, with a bookmark', async () => {
  const { next } = await watch(
    `${configMapPath}?watch=1&timeoutSeconds=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone`,
  )
  const { type, object } = await next()
  assert.equal(type, 'BOOKMARK')
  assert.match(object.metadata.resourceVersion, /^\d+$/)
  assert.equal(await next(), undefined)
})

test('a client that does not read is cut off', async () => {
  const started = once(watches, 'started')
  const socket = connect({
    host: '127.0.0.1',
    port: listener.port,
    ca: authority.ca,
    ...admin,
    servername: 'localhost',
  })
  await once(socket, 'secureConnect')
  socket.pause()
  socket.write(`GET /members/one${configMapPath}?watch=1 HTTP/1.1\r\nhost: x\r\n\r\n`)
  const closed = once(
    socket.on('error', () => {}),
    'close',
  )
  const [slow]: Watch[] = await started
  const data = { text: 'x'.repeat(200_000) }
  for (let index = 0; slow && !slow.ended; index += 1) {
    await member.ask('POST', configMapPath, configMap(`big-${index}`, data))
  }
  assert.equal(slow?.overrun, true)
  socket.resume()
  await closed
})

test('keys are for the owner only, and what is good is kept', async () => {
  for (const name of (await readdir(dir)).filter((file) => file.endsWith('.key'))) {
    assert.equal((await stat(join(dir, name))).mode & 0o77, 0, name)
  }
  const again = await openAuthority({ dir })
  assert.equal(again.ca, authority.ca)
  assert.deepEqual(await again.client('admin', { name: 'admin', groups: [masters] }), admin)
  assert.notDeepEqual(await again.client('admin', { name: 'admin', groups: [] }), admin)
})

test('what is about to expire is made anew', async () => {
  const later = async (days: number) => {
    const at = new Date(Date.now() + days * 24 * 60 * 60 * 1000)
    const aged = await openAuthority({ dir: join(dir, 'aging'), now: () => at })
    return { ca: aged.ca, server: await aged.server() }
  }
  const first = await later(0)
  assert.deepEqual(await later(300), first)
  const renewed = await later(340)
  assert.equal(renewed.ca, first.ca)
  assert.notEqual(renewed.server.cert, first.server.cert)
  assert.notEqual((await later(3630)).ca, first.ca)
})
