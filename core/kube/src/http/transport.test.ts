import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { ApiError } from '@flotilla/sdk'
import { cert, key } from '../testing/certificate.ts'
import { answer, type Exchange, serve, serveSecurely } from '../testing/http-server.ts'
import { recordingMetrics } from '../testing/surroundings.ts'
import { until } from '../testing/until.ts'
import type { ApiRequest, WireEvent } from '../transport.ts'
import { type HttpOptions, httpTransport } from './transport.ts'

/** A transport to a server that does this. */
async function reaching(test: TestContext, exchange: Exchange, options: Partial<HttpOptions> = {}, prefix = '') {
  const { url, sockets } = await serve(test, exchange)
  const transport = httpTransport({ ...options, server: `${url}${prefix}` })
  test.after(() => transport.close())
  return { transport, sockets }
}

const get = (path = '/x', more: Partial<ApiRequest> = {}): ApiRequest => ({ method: 'GET', path, ...more })

const collect = async (events: AsyncIterable<WireEvent>): Promise<WireEvent[]> => {
  const all: WireEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

test('sends what it is given, after the path of the server, and answers what it gets', async (context) => {
  let seen: unknown
  const { transport } = await reaching(
    context,
    async (request, response) => {
      const chunks = await request.toArray()
      const { method, url, headers } = request
      const { authorization, 'content-type': type, 'impersonate-user': as } = headers
      seen = { method, url, authorization, type, as, body: JSON.parse(Buffer.concat(chunks).toString()) }
      answer(response, 201, { unknown: { field: 1.5 } }, { 'x-more': 'yes' })
    },
    { credentials: () => ({ authorization: 'Bearer t', impersonate: 'somebody' }) },
    '/clusters/m/proxy/',
  )
  const response = await transport.send({
    method: 'POST',
    path: '/api/v1/x',
    query: { labelSelector: 'a=b,c in (d)' },
    headers: { 'content-type': 'application/json' },
    body: { a: 'é' },
  })
  assert.deepEqual(seen, {
    method: 'POST',
    url: '/clusters/m/proxy/api/v1/x?labelSelector=a%3Db%2Cc+in+%28d%29',
    authorization: 'Bearer t',
    type: 'application/json',
    as: 'somebody',
    body: { a: 'é' },
  })
  assert.equal(response.status, 201)
  assert.deepEqual(response.body, { unknown: { field: 1.5 } })
  assert.equal(response.headers?.['x-more'], 'yes')
})

test('reads zipped answers, and words', async (context) => {
  const { transport } = await reaching(context, ({ url, headers }, response) => {
    if (url === '/words') return response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
    assert.equal(headers['accept-encoding'], 'gzip')
    const zip = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    return response.writeHead(200, zip).end(gzipSync('{"a":1}'))
  })
  assert.deepEqual((await transport.send(get('/zip'))).body, { a: 1 })
  assert.deepEqual((await transport.send(get('/words'))).body, '404 page not found')
})

test('many requests share few connections', async (context) => {
  const { transport, sockets } = await reaching(context, (_request, response) => answer(response, 200, {}))
  for (let i = 0; i < 20; i++) await transport.send(get())
  assert.ok(sockets.length <= 2, `${sockets.length}`)
  const { transport: narrow, sockets: few } = await reaching(context, (_, response) => answer(response, 200, {}), {
    concurrency: { initial: 3, most: 3 },
  })
  await Promise.all(Array.from({ length: 50 }, () => narrow.send(get())))
  assert.ok(few.length <= 6, `${few.length}`)
})

test('a read whose connection is reset is tried again, a write is not', async (context) => {
  const seen: string[] = []
  const { transport } = await reaching(context, (request, response) => {
    seen.push(String(request.method))
    if (seen.length !== 3) request.socket.resetAndDestroy()
    else answer(response, 200, {})
  })
  assert.equal((await transport.send(get())).status, 200)
  await assert.rejects(transport.send({ method: 'POST', path: '/x', body: {} }))
  assert.deepEqual(seen, ['GET', 'GET', 'GET', 'POST'])
})

test('an answer that breaks off is not an answer', async (context) => {
  const { transport } = await reaching(context, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"a":')
    response.destroy()
  })
  await assert.rejects(transport.send({ method: 'PUT', path: '/x', body: {} }))
})

test('waits as Retry-After says, then asks again', async (context) => {
  let asked = 0
  const { transport } = await reaching(context, (_request, response) =>
    ++asked < 3 ? answer(response, 429, {}, { 'retry-after': '0' }) : answer(response, 200, {}),
  )
  assert.equal((await transport.send({ method: 'POST', path: '/x', body: {} })).status, 200)
  assert.equal(asked, 3)
})

test('a wait ends with the signal', async (context) => {
  let asked = 0
  const { transport } = await reaching(context, (_request, response) => {
    asked++
    answer(response, 429, {}, { 'retry-after': '9' })
  })
  const controller = new AbortController()
  const call = transport.send(get('/x', { signal: controller.signal }))
  await until(() => asked === 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  controller.abort()
  await assert.rejects(call, { name: 'AbortError' })
  assert.equal(asked, 1)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
})

test('credentials the server rejects are renewed once', async (context) => {
  const asked: boolean[] = []
  const { transport } = await reaching(
    context,
    ({ headers }, response) => answer(response, headers.authorization === 'new' ? 200 : 401, {}),
    {
      credentials: (rejected) => {
        asked.push(rejected)
        return { authorization: rejected ? 'new' : 'old' }
      },
    },
  )
  assert.equal((await transport.send(get())).status, 200)
  assert.deepEqual(asked, [false, true])
  const { transport: hopeless } = await reaching(context, (_, response) => answer(response, 401, {}), { token: 't' })
  assert.equal((await hopeless.send(get())).status, 401)
})

test('a token may come from a function', async (context) => {
  let token = 0
  const { transport } = await reaching(
    context,
    ({ headers }, response) => answer(response, 200, headers.authorization),
    { token: () => `t${++token}` },
  )
  assert.equal((await transport.send(get())).body, 'Bearer t1')
  assert.equal((await transport.send(get())).body, 'Bearer t2')
})

test('counts requests by code, method and host', async (context) => {
  const metrics = recordingMetrics()
  const { transport } = await reaching(
    context,
    (request, response) => (request.method === 'GET' ? answer(response, 200, {}) : request.socket.destroy()),
    { metrics },
  )
  await transport.send(get())
  await assert.rejects(transport.send({ method: 'POST', path: '/x' }))
  const host = new URL(transport.address).host
  assert.equal(metrics.read(`rest_client_requests_total{code="200",method="GET",host="${host}"}`), 1)
  assert.equal(metrics.read(`rest_client_requests_total{code="<error>",method="POST",host="${host}"}`), 1)
})

const line = (name: string): string => `${JSON.stringify({ type: 'ADDED', object: { name } })}\n`
const names = (events: readonly WireEvent[]) => events.map(({ object }) => (object as { name: string }).name)

test('reads a watch, whatever its chunks, and drops a line that was cut off', async (context) => {
  const bytes = Buffer.from(`${line('a€b')}${line('c')}${line('d').slice(0, 20)}`)
  const { transport } = await reaching(context, async (request, response) => {
    assert.equal(request.headers['accept-encoding'], undefined)
    for (let start = 0; start < bytes.length; start += 7) {
      response.write(bytes.subarray(start, start + 7))
      await new Promise(setImmediate)
    }
    response.end()
  })
  assert.deepEqual(names(await collect(await transport.stream(get()))), ['a€b', 'c'])
})

test('a watch that is refused rejects with what the server says', async (context) => {
  const body = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
  const { transport } = await reaching(context, (_request, response) => answer(response, 410, body))
  await assert.rejects(transport.stream(get()), (error) => error instanceof ApiError && error.code === 410)
})

test('a watch that breaks, or says nonsense, throws', async (context) => {
  const { transport } = await reaching(context, (request, response) => {
    response.write(request.url === '/nonsense' ? '{"type":\n' : line('a'))
    if (request.url === '/break') setImmediate(() => request.socket.resetAndDestroy())
  })
  await assert.rejects(async () => collect(await transport.stream(get('/break'))))
  await assert.rejects(async () => collect(await transport.stream(get('/nonsense'))), SyntaxError)
})

test('a watch over a line that is dead at the other end is given up', async (context) => {
  const { transport } = await reaching(context, (_request, response) => void response.write(line('a')), { idleMs: 50 })
  await assert.rejects(async () => collect(await transport.stream(get())), /nothing came for/)
})

test('a watch ends with its signal: while it opens, while it waits, while nobody reads', async (context) => {
  const closed: string[] = []
  const { transport } = await reaching(context, (request, response) => {
    response.on('close', () => closed.push(String(request.url)))
    if (request.url !== '/opening') response.write(line('a'))
  })
  const controllers = ['/opening', '/waiting', '/unread'].map((path) => ({ path, controller: new AbortController() }))
  const [opening, waiting, unread] = controllers.map(({ path, controller: { signal } }) =>
    transport.stream(get(path, { signal })),
  )
  const read = collect((await waiting) ?? assert.fail())
  await unread
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (const { controller } of controllers) controller.abort()
  await assert.rejects(async () => opening, { name: 'AbortError' })
  assert.deepEqual(names(await read), ['a'])
  await until(() => closed.length === 3)
  for (const { controller } of controllers) assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
})

test('who stops reading a watch closes it', async (context) => {
  let closed = false
  const { transport } = await reaching(context, (_request, response) => {
    response.on('close', () => (closed = true))
    response.write(line('a'))
  })
  for await (const _ of await transport.stream(get())) break
  await until(() => closed)
})

test('a slow reader slows the server down', async (context) => {
  let written = 0
  const { transport } = await reaching(context, async (_request, response) => {
    const event = line('x'.repeat(100_000))
    for (; written < 1000; written++)
      if (!response.write(event)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
    response.end()
  })
  const iterator = (await transport.stream(get()))[Symbol.asyncIterator]()
  await iterator.next()
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.ok(written < 500, `${written} of 100 KB were taken in`)
  let read = 1
  while (!(await iterator.next()).done) read++
  assert.equal(read, 1000)
})

test('watches take no part in the limit', async (context) => {
  const { transport } = await reaching(
    context,
    (request, response) => (request.url === '/watch' ? void response.write(line('a')) : answer(response, 200, {})),
    { concurrency: { initial: 1, most: 1 } },
  )
  const streams = await Promise.all([1, 2, 3].map(() => transport.stream(get('/watch'))))
  assert.equal(streams.length, 3)
  assert.equal((await transport.send(get())).status, 200)
})

test('closing ends what is under way', async (context) => {
  const { transport } = await reaching(
    context,
    (request, response) => void (request.url === '/watch' && response.write(line('a'))),
  )
  const watch = assert.rejects(collect(await transport.stream(get('/watch'))))
  const call = assert.rejects(transport.send({ method: 'POST', path: '/x' }))
  await new Promise((resolve) => setTimeout(resolve, 20))
  await transport.close()
  await Promise.all([watch, call])
})

for (const http2 of [true, false]) {
  test(`over TLS, ${http2 ? 'HTTP/2 carries all watches on one connection' : 'HTTP/1.1 takes one for each'}`, async (context) => {
    const closed: string[] = []
    const { url, sockets } = await serveSecurely(context, (request, response) => {
      response.stream?.on('error', () => {})
      response.on('close', () => closed.push(request.url))
      response.writeHead(200, { 'content-type': 'application/json' })
      if (request.url === '/watch') response.write(line('a'))
      else response.end('{}')
    })
    const transport = httpTransport({ server: url, ca: cert, serverName: 'localhost', http2 })
    context.after(() => transport.close())
    const controller = new AbortController()
    await transport.send(get('/warm'))
    const watches = await Promise.all(
      Array.from({ length: 20 }, () => transport.stream(get('/watch', { signal: controller.signal }))),
    )
    assert.equal((await transport.send(get('/more'))).status, 200)
    assert.equal(sockets.length, http2 ? 1 : 21)
    closed.length = 0
    const reading = watches.map(collect)
    await new Promise((resolve) => setTimeout(resolve, 20))
    controller.abort()
    assert.deepEqual(
      (await Promise.all(reading)).map(names),
      Array.from({ length: 20 }, () => ['a']),
    )
    await until(() => closed.length === 20)
  })
}

test('another client certificate gets other connections', async (context) => {
  const { url, sockets } = await serveSecurely(context, (request, response) => {
    const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {}
    response.end(String(CN))
  })
  const transport = httpTransport({
    server: url,
    insecure: true,
    credentials: (() => {
      let asked = 0
      return () => (++asked <= 2 ? {} : { cert, key })
    })(),
  })
  context.after(() => transport.close())
  const bodies: unknown[] = []
  for (let i = 0; i < 4; i++) bodies.push((await transport.send(get())).body)
  assert.deepEqual(bodies, ['undefined', 'undefined', 'localhost', 'localhost'])
  assert.equal(sockets.length, 2)
})

test('a certificate nobody vouches for is no answer', async (context) => {
  const { url } = await serveSecurely(context, (_request, response) => void response.end('{}'))
  const transport = httpTransport({ server: url })
  context.after(() => transport.close())
  await assert.rejects(transport.send(get()), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})

test('leases do not wait in line', async (context) => {
  const { promise: never, resolve } = Promise.withResolvers<void>()
  const { transport } = await reaching(
    context,
    async ({ url }, response) => {
      if (url === '/slow') await never
      answer(response, 200, { url })
    },
    { concurrency: { initial: 1, most: 1 } },
  )
  const slow = [transport.send(get('/slow')), transport.send(get('/slow'))]
  const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases/flotilla'
  assert.deepEqual((await transport.send(get(lease))).body, { url: lease })
  resolve()
  await Promise.all(slow)
})

test('a stream of HTTP/2 that tells of an error when nobody waits for it any more does not end the process', async (context) => {
  const { url } = await serveSecurely(context, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{}')
  })
  const heard: number[] = []
  const hear = (message: unknown) => {
    heard.push((message as { stream: NodeJS.EventEmitter }).stream.listenerCount('error'))
  }
  subscribe('http2.client.stream.created', hear)
  context.after(() => unsubscribe('http2.client.stream.created', hear))
  const transport = httpTransport({ server: url, ca: cert, serverName: 'localhost' })
  context.after(() => transport.close())
  await transport.send(get())
  assert.deepEqual(heard, [1], 'somebody listens from its beginning on, whoever stops')
})
