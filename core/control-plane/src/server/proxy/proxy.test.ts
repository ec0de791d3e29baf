import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { json, text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { type Cluster, clusterKind, type Manifest, type Status } from '@flotilla/sdk'
import { fakeHost, manifest } from '@flotilla/sdk/testing'
import { createClusterProxy, type Lead } from './proxy.ts'

const encoded = (data: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))

const secret = (name: string, data: Readonly<Record<string, string>>): Manifest =>
  manifest('v1', 'Secret', { namespace: 'karmada-cluster', name, data: encoded(data) })

const paris = (spec: Partial<Cluster['spec']>): Cluster => ({
  apiVersion: clusterKind.apiVersion,
  kind: clusterKind.kind,
  metadata: { name: 'paris' },
  spec: {
    syncMode: 'Push',
    impersonatorSecretRef: { namespace: 'karmada-cluster', name: 'paris-impersonator' },
    ...spec,
  },
})

const impersonator = secret('paris-impersonator', { token: 'speaks-for-others' })

async function listening(test: TestContext, server: Server): Promise<string> {
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  test.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
}

const alice = { name: 'alice', groups: ['devs', 'system:authenticated'] }

interface Options {
  readonly objects?: readonly Manifest[]
  readonly most?: number
  readonly lead?: Partial<Lead>
}

const toEnd = new WeakMap<TestContext, () => Promise<void>>()

/** What stands before members, for one user. */
function front(test: TestContext, { objects = [], most, lead }: Options): Promise<string> {
  const proxy = createClusterProxy({ ...fakeHost({ objects }), ...(most !== undefined && { most }) })
  toEnd.set(test, () => proxy.close())
  test.after(() => proxy.close())
  const leadOf = ({ url = '' }: IncomingMessage): Lead => ({ cluster: 'paris', target: url, caller: alice, ...lead })
  const server = createServer((request, response) => void proxy.handle(request, response, leadOf(request)))
  server.on('upgrade', (request, socket, head) => void proxy.upgrade(request, { socket, head }, leadOf(request)))
  return listening(test, server)
}

const toMember = (test: TestContext, url: string, options: Options = {}) =>
  front(test, { objects: [paris({ apiEndpoint: url }), impersonator], ...options })

test('a request goes to the member in the name of who sent it', async (context) => {
  let seen: unknown
  const member = await listening(
    context,
    createServer(async (request, response) => {
      const { method, url, headers } = request
      seen = { method, url, headers, body: await text(request) }
      response
        .writeHead(201, { 'content-type': 'application/json', 'x-more': 'yes', 'keep-alive': 'timeout=9' })
        .end('{}')
    }),
  )
  const answer = await fetch(`${await toMember(context, `${member}/members/paris`)}/api/v1/pods?limit=5`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer mine',
      'impersonate-user': 'root',
      'impersonate-group': 'system:masters',
      'impersonate-extra-scopes': 'all',
      'x-remote-user': 'alice',
      'content-type': 'application/json',
      'x-mine': 'kept',
    },
    body: '{"a":1}',
  })
  const { method, url, body, headers } = seen as { headers: Record<string, string> } & Record<string, string>
  assert.deepEqual([method, url, body], ['POST', '/members/paris/api/v1/pods?limit=5', '{"a":1}'])
  const { authorization, 'impersonate-user': user, 'impersonate-group': groups, 'x-mine': mine } = headers
  assert.deepEqual([authorization, user, groups, mine], ['Bearer speaks-for-others', 'alice', 'devs', 'kept'])
  assert.deepEqual(
    Object.keys(headers).filter((name) => name === 'x-remote-user' || name === 'impersonate-extra-scopes'),
    [],
  )
  assert.deepEqual([answer.status, answer.headers.get('x-more'), await answer.text()], [201, 'yes', '{}'])
})

test('a watch comes as it is said, and ends in the member when nobody reads it', async (context) => {
  const ended = Promise.withResolvers<void>()
  const member = createServer((_, response) => {
    response.on('close', ended.resolve)
    response.writeHead(200).flushHeaders()
    setTimeout(() => response.write('{"type":"ADDED"}\n'), 20)
  })
  const life = new AbortController()
  const url = await toMember(context, await listening(context, member))
  const answer = await fetch(`${url}/api/v1/pods?watch=1`, { signal: life.signal })
  const first = await answer.body?.getReader().read()
  assert.equal(Buffer.from(first?.value ?? []).toString(), '{"type":"ADDED"}\n')
  life.abort()
  await ended.promise
})

/** Says everything back in another protocol, or refuses to. */
function echoing(): Server {
  const server = createServer((_, response) => response.end())
  server.on('upgrade', ({ url, headers }: IncomingMessage, socket: Duplex) => {
    if (url?.startsWith('/no')) {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: 8\r\n\r\nyou: no!')
      return
    }
    const user = headers['impersonate-user']
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n`)
    socket.write(`sec-websocket-protocol: ${headers['sec-websocket-protocol']}\r\n\r\n${user}:`)
    socket.pipe(socket)
  })
  return server
}

const asking = (url: string, path: string) =>
  request(`${url}${path}`, {
    method: 'POST',
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'sec-websocket-protocol': 'v5.channel.k8s.io' },
  }).end()

test('a connection becomes another protocol all the way to the member', async (context) => {
  const url = await toMember(context, await listening(context, echoing()))
  const [answer, socket, head] = await once(asking(url, '/exec'), 'upgrade')
  const { upgrade, 'sec-websocket-protocol': protocol } = answer.headers
  assert.deepEqual([answer.statusCode, upgrade, protocol], [101, 'SPDY/3.1', 'v5.channel.k8s.io'])
  socket.end('hello')
  assert.equal(`${head}${await text(socket)}`, 'alice:hello')
})

test('what is said right after a request for another protocol is not lost', async (context) => {
  const url = await toMember(context, await listening(context, echoing()))
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end('POST /exec HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: SPDY/3.1\r\n\r\nat once')
  assert.match(await text(socket), /^HTTP\/1.1 101 .*\r\n\r\nalice:at once$/s)
})

test('a member that refuses another protocol is heard', async (context) => {
  const url = await toMember(context, await listening(context, echoing()))
  const [answer] = await once(asking(url, '/no'), 'response')
  assert.deepEqual([answer.statusCode, await text(answer)], [403, 'you: no!'])
})

test('what is led through ends with the proxy', async (context) => {
  const url = await toMember(context, await listening(context, echoing()))
  const [, socket] = await once(asking(url, '/exec'), 'upgrade')
  socket.resume()
  await toEnd.get(context)?.()
  await once(socket, 'close')
})

test('who cannot be led through is told why', async (context) => {
  const closed = await listening(context, createServer())
  const strict = await listening(
    context,
    createServer((_, response) => response.writeHead(401).end()),
  )
  const there = paris({ apiEndpoint: strict })
  const refused: Readonly<Record<string, readonly [readonly Manifest[], number, RegExp]>> = {
    'an unknown cluster': [[], 404, /clusters.cluster.karmada.io "paris" not found/],
    'no place': [[paris({}), impersonator], 503, /cluster paris: .*spec.apiEndpoint is empty/],
    'nobody who speaks for users': [
      [{ ...there, spec: { syncMode: 'Push', apiEndpoint: closed } } as Manifest],
      503,
      /spec.impersonatorSecretRef.*flotilla join/,
    ],
    'no secret': [[there], 503, /there is no secret karmada-cluster\/paris-impersonator/],
    'an empty secret': [[there, secret('paris-impersonator', {})], 503, /its secret has neither token/],
    'nobody there': [
      [paris({ apiEndpoint: 'http://127.0.0.1:1' }), impersonator],
      503,
      /cluster paris does not answer at http:\/\/127.0.0.1:1: .*nothing listens there/,
    ],
    'an old token': [[there, impersonator], 503, /does not know the account that speaks for users/],
  }
  for (const [name, [objects, code, says]] of Object.entries(refused)) {
    await context.test(name, async (context) => {
      const url = await front(context, { objects })
      const answer = await fetch(url)
      const status = (await answer.json()) as Status
      assert.deepEqual([answer.status, status.kind, status.code], [code, 'Status', code])
      assert.match(status.message ?? '', says)
      const [upgraded] = await once(asking(url, '/'), 'response')
      assert.equal(((await json(upgraded)) as Status).message, status.message)
    })
  }
})

test('no more are under way at once than may be', async (context) => {
  const member = createServer((_, response) => response.writeHead(200).flushHeaders())
  const url = await toMember(context, await listening(context, member), { most: 1 })
  const life = new AbortController()
  await fetch(url, { signal: life.signal })
  const answer = await fetch(url)
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '1'])
  life.abort()
  for (let status = 429; status === 429; ) {
    const other = new AbortController()
    status = (await fetch(url, { signal: other.signal })).status
    other.abort()
  }
})
