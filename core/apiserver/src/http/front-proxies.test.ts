import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openFrontProxy } from '../aggregation/front-proxy.ts'
import type { Attributes } from '../authorization.ts'
import { startServer, type TestServer, widget, widgets } from '../testing/server.ts'
import { type Authority, type Credential, openAuthority } from '../tls.ts'
import { type HttpsListener, serveHttps } from './serve.ts'

const dir = await mkdtemp(join(tmpdir(), 'front-proxies-'))
const asked: Attributes[] = []
let authority: Authority
let behind: TestServer
let front: TestServer
let listener: HttpsListener
let proxy: Credential
let stranger: Credential

before(async () => {
  authority = await openAuthority({ dir, hosts: ['127.0.0.1', 'ext.default.svc'] })
  const frontProxy = await openFrontProxy({ dir: join(dir, 'front-proxy') })
  proxy = frontProxy
  stranger = await (await openAuthority({ dir: join(dir, 'front-proxy') })).client('other', {
    name: 'other',
    groups: [],
  })
  const authorize = (attributes: Attributes) => {
    asked.push(attributes)
    return { allowed: attributes.user.name !== 'eve' }
  }
  behind = await startServer({ crds: [widgets], authorize })
  const tls = { ca: authority.ca, ...(await authority.server()) }
  const { ca, name } = frontProxy
  listener = await serveHttps({
    servers: [{ prefix: '/', server: behind.server }],
    tls,
    frontProxies: { ca, names: [name] },
  })
  front = await startServer({ frontProxy, locate: () => `127.0.0.1:${listener.port}` })
})
after(async () => {
  await front.close()
  await listener.close()
  await behind.close()
  await rm(dir, { recursive: true })
  assert.deepEqual([...front.log.errors, ...behind.log.errors], [])
})

const whoAmI = async (credential: object, headers: Record<string, string | string[]>) => {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const body = JSON.stringify({ kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' })
  const type = { 'content-type': 'application/json', ...headers }
  const place = { host: '127.0.0.1', port: listener.port, path, method: 'POST', agent: false, ca: authority.ca }
  const outgoing = httpsRequest({ ...credential, ...place, headers: type })
  outgoing.end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: incoming.statusCode, body: (await json(incoming)) as { status: { userInfo: object } } }
}

const jane = { 'x-remote-user': 'jane', 'x-remote-group': ['a', 'b'], 'x-remote-uid': 'u', 'x-remote-extra-a%2fb': 'c' }

test('a front proxy is believed in whose name it asks', async () => {
  const { body } = await whoAmI(proxy, jane)
  const groups = ['a', 'b', 'system:authenticated']
  assert.deepEqual(body.status.userInfo, { username: 'jane', uid: 'u', groups, extra: { 'a/b': ['c'] } })
})

test('it is nobody itself, and nobody else of its authority speaks for others', async () => {
  assert.equal((await whoAmI(proxy, {})).status, 401)
  assert.equal((await whoAmI(stranger, jane)).status, 401)
})

test('who asks for himself cannot be another', async () => {
  const bob = await authority.client('bob', { name: 'bob', groups: [] })
  const { body } = await whoAmI(bob, jane)
  assert.equal((body.status.userInfo as { username: string }).username, 'bob')
  assert.equal((await whoAmI({}, jane)).status, 401)
})

test('an embedded server stands behind another, to the last resource', async () => {
  const spec = { group: 'example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 10 }
  const service = { namespace: 'default', name: 'ext' }
  const caBundle = Buffer.from(authority.ca).toString('base64')
  await front.ask('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: 'v1.example.com' },
    spec: { ...spec, service, caBundle },
  })
  const path = '/apis/example.com/v1/namespaces/default/widgets'
  for (const end = performance.now() + 20_000; ; await sleep(20)) {
    const { code } = await front.ask('GET', path)
    if (code === 200) break
    assert.ok(performance.now() < end)
  }
  assert.equal((await front.ask('POST', path, widget('one'))).code, 201)
  const watch = await front.watch(path)
  assert.deepEqual(await watch.next(1), ['ADDED one'])
  await front.ask('DELETE', `${path}/one`)
  assert.deepEqual(await watch.next(1), ['DELETED one'])
  await watch.end()
  assert.equal((await behind.ask('GET', `${path}/one`)).code, 404)
  const user = { name: 'eve', groups: ['team'] }
  const answer = await front.server.handle({ method: 'GET', path, query: {}, user, body: () => undefined })
  assert.equal('status' in answer && answer.status, 403)
  assert.deepEqual(asked.at(-1)?.user, { name: 'eve', groups: ['team', 'system:authenticated'] })
  const { paths } = (await front.ask('GET', '/openapi/v3')).body
  assert.match(paths['apis/example.com/v1'].serverRelativeURL, /^\/openapi\/v3\/apis\/example.com\/v1\?hash=/)
})
