import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { FlotillaError, type HttpCall, type HttpServer } from '@flotilla/sdk'
import { cert } from '../testing/certificate.ts'
import { answer, type Exchange, serve, serveSecurely } from '../testing/http-server.ts'
import { recordingMetrics } from '../testing/surroundings.ts'
import { until } from '../testing/until.ts'
import { createHttp } from './outside.ts'

function reach(test: TestContext, server: HttpServer) {
  const life = new AbortController()
  const connection = createHttp({ metrics: recordingMetrics(), signal: life.signal }).open(server)
  test.after(() => life.abort())
  return { life, send: (call: Partial<HttpCall> = {}) => connection.send({ timeout: 20_000, ...call }), connection }
}

async function reaching(test: TestContext, exchange: Exchange, words: Partial<HttpServer> = {}, path = '/ask') {
  const { url, sockets } = await serve(test, exchange)
  return { ...reach(test, { ...words, url: url + path }), sockets }
}

const text = ({ body }: { readonly body: Uint8Array }): string => Buffer.from(body).toString()

const unreachable = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof FlotillaError && error.code === 'SERVER_UNREACHABLE' && error.retry)
  assert.match(error.message, message)
  return true
}

test('asks what the URL says, and what a call says instead', async (context) => {
  const seen: string[] = []
  const { send, sockets } = await reaching(
    context,
    async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${request.headers['x-a']} ${body}`)
      response.writeHead(404, { 'x-b': 'c' }).end('gone')
    },
    { token: async () => 't' },
    '/ask?a=b',
  )
  const { status, headers, body } = await send()
  assert.deepEqual([status, headers['x-b'], text({ body })], [404, 'c', 'gone'])
  await send({ body: 'é', headers: { 'x-a': '1' } })
  await send({ method: 'PUT', path: '/v2/x?y=z', body: Buffer.from('b') })
  assert.deepEqual(seen.splice(0), [
    'GET /ask?a=b Bearer t undefined ',
    'POST /ask?a=b Bearer t 1 é',
    'PUT /v2/x?y=z Bearer t undefined b',
  ])
  for (let round = 0; round < 20; round++) await send()
  assert.ok(sockets.length < 4, 'connections are kept')
})

test('is packed on the way, and no longer than it may be when unpacked', async (context) => {
  const zeros = gzipSync(Buffer.alloc(100_000))
  const exchange: Exchange = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(zeros)
  const { send } = await reaching(context, exchange)
  assert.equal((await send()).body.length, 100_000)
  const { send: bounded } = await reaching(context, exchange, { longestAnswer: 50_000 })
  await assert.rejects(bounded(), unreachable(/\/ask did not answer: the answer is longer than 50000 bytes/))
})

test('is not read to an end there is not', async (context) => {
  const { send } = await reaching(context, (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(100_000)));
    }
    response.on('drain', more)
    more()
  })
  await assert.rejects(send(), unreachable(/the answer is longer than 4194304 bytes/))
})

test('does not follow a redirect', async (context) => {
  const { send } = await reaching(context, (_, response) => response.writeHead(302, { location: '/b' }).end())
  const { status, headers } = await send()
  assert.deepEqual([status, headers.location], [302, '/b'])
})

const endless: Readonly<Record<string, Exchange>> = {
  'before it begins': () => undefined,
  'when it begins': (_, response) => response.writeHead(200).flushHeaders(),
  'in the middle': (_, response) => void response.write('x'),
}
for (const [name, exchange] of Object.entries(endless)) {
  test(`an answer that stops ${name} is given up in time`, async (context) => {
    const { send } = await reaching(context, exchange)
    await assert.rejects(send({ timeout: 50 }), unreachable(/\/ask did not answer: it took longer than 50 ms/))
    await assert.rejects(send({ signal: AbortSignal.timeout(20) }), unreachable(/aborted due to timeout/))
  })
}

test('is asked once more when it hangs up before it answers, and not a third time', async (context) => {
  let asked = 0
  const { send } = await reaching(context, (request, response) => {
    if (++asked === 1) request.socket.destroy()
    else response.end('here')
  })
  assert.equal(text(await send({ body: 'x' })), 'here')
  assert.equal(asked, 2)
  const { send: ask } = await reaching(context, (request) => {
    asked++
    request.socket.resetAndDestroy()
  })
  await assert.rejects(ask({ body: 'x' }), unreachable(/\/ask did not answer: it hung up \(/))
  assert.equal(asked, 4)
})

test('is not asked once more in the middle of an answer', async (context) => {
  let asked = 0
  const { send } = await reaching(context, (_, response) => {
    asked++
    response.write('x', () => response.socket?.resetAndDestroy())
  })
  await assert.rejects(send(), unreachable(/did not answer: /))
  assert.equal(asked, 1)
})

test('has so many calls under way at once; others wait within their own time', async (context) => {
  let [now, most] = [0, 0]
  const { send } = await reaching(
    context,
    (_, response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        response.end()
      }, 20)
    },
    { connections: 2 },
  )
  await Promise.all(Array.from({ length: 8 }, () => send()))
  assert.equal(most, 2)
  const { send: late } = await reaching(context, () => undefined, { connections: 1 })
  const calls = await Promise.allSettled([late({ timeout: 100 }), late({ timeout: 50 })])
  assert.deepEqual(calls.map(({ status }) => status), ['rejected', 'rejected']) // biome-ignore format: one step
})

test('is reached over TLS by its name wherever it is, when its authority is known', async (context) => {
  const { url } = await serveSecurely(context, (_, response) => response.end('secret'))
  const { port } = new URL(url)
  const { send } = reach(context, { url: `https://localhost:${port}/`, ca: cert })
  assert.equal(text(await send()), 'secret')
  const elsewhere = reach(context, { url: 'https://localhost/', address: `127.0.0.1:${port}`, ca: cert })
  assert.equal(text(await elsewhere.send()), 'secret')
  const stranger = reach(context, { url: `https://localhost:${port}/` })
  await assert.rejects(
    stranger.send(),
    unreachable(/its certificate is signed by no authority that is trusted here \(self-signed certificate\)/),
  )
  const other = reach(context, { url: 'https://elsewhere.example/', address: `127.0.0.1:${port}`, ca: cert })
  await assert.rejects(
    other.send(),
    unreachable(/elsewhere\.example\/ did not answer: its certificate is for another name/),
  )
})

test('says what is wrong with the way there', async (context) => {
  const { url } = await serve(context, (_, response) => answer(response, 200, {}))
  const plain = reach(context, { url: url.replace('http:', 'https:') })
  await assert.rejects(plain.send(), unreachable(/it does not speak TLS/))
  const nobody = reach(context, { url: 'https://localhost:1/' })
  await assert.rejects(nobody.send(), unreachable(/https:\/\/localhost:1\/ did not answer: nothing listens there \(/))
})

test('is closed when calls that are under way have ended', async (context) => {
  let finish: (() => void) | undefined
  const { send, connection, sockets } = await reaching(context, (_, response) => {
    finish = () => void response.end('done')
  })
  const waiting = send()
  await until(() => finish !== undefined)
  connection.close()
  await assert.rejects(send(), unreachable(/did not answer: nobody waits for it any more/))
  finish?.()
  assert.equal(text(await waiting), 'done')
  await until(() => sockets.every(({ destroyed }) => destroyed))
})

test('ends with the life of who asks', async (context) => {
  let asked = 0
  const { send, life, sockets, connection } = await reaching(context, () => void asked++)
  const waiting = assert.rejects(send(), unreachable(/did not answer/))
  await until(() => asked === 1)
  life.abort()
  await waiting
  await until(() => sockets.every(({ destroyed }) => destroyed))
  await assert.rejects(connection.send({ timeout: 1000 }), unreachable(/did not answer/))
})
