import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Duplex, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { answer, type Exchange, serve, serveSecurely } from '../testing/http-server.ts'
import { until } from '../testing/until.ts'
import { openPassage, type PassageOptions, type PassCall } from './passage.ts'

function passage(test: TestContext, server: string, options: Partial<PassageOptions> = {}) {
  const way = openPassage({ server, ...options })
  test.after(() => way.close())
  return (call: Partial<PassCall> = {}) =>
    way.pass({ method: 'GET', target: '/x', headers: {}, signal: AbortSignal.timeout(10_000), ...call })
}

const through = async (test: TestContext, exchange: Exchange, options?: Partial<PassageOptions>) =>
  passage(test, (await serve(test, exchange)).url, options)

test('a call goes on as it is, after the path of the server, and its answer comes back', async (context) => {
  let seen: unknown
  const { url } = await serve(context, async (request, response) => {
    const { method, url, headers, rawHeaders } = request
    const groups = rawHeaders.filter((_, i) => rawHeaders[i - 1] === 'impersonate-group')
    seen = { method, url, type: headers['content-type'], groups, body: await text(request) }
    answer(response, 201, { a: 1 }, { 'x-more': 'yes' })
  })
  const { status, headers, content } = await passage(
    context,
    `${url}/members/m/`,
  )({
    method: 'PATCH',
    target: '/api/v1/x?a=b%2Cc&watch',
    headers: { 'content-type': 'text/x', 'impersonate-group': ['g', 'h'] },
    body: Readable.from(['b', 'ody']),
  })
  assert.deepEqual(seen, {
    method: 'PATCH',
    url: '/members/m/api/v1/x?a=b%2Cc&watch',
    type: 'text/x',
    groups: ['g', 'h'],
    body: 'body',
  })
  assert.deepEqual([status, headers['x-more'], await text(content)], [201, 'yes', '{"a":1}'])
})

test('an answer is there when it begins, not when it ends', async (context) => {
  const pass = await through(context, (_, response) => void response.writeHead(200).write('first\n'))
  const { content } = await pass()
  assert.equal(String((await once(content, 'data'))[0]), 'first\n')
  content.destroy()
})

test('who stops reading ends the call at the server', async (context) => {
  const ended: string[] = []
  const pass = await through(context, (request, response) => {
    response.on('close', () => ended.push(request.url ?? ''))
    response.writeHead(200).write('first\n')
  })
  const { content } = await pass({ target: '/read' })
  content.destroy()
  const life = new AbortController()
  const aborted = (await pass({ target: '/signal', signal: life.signal })).content
  life.abort(new Error('enough'))
  await assert.rejects(text(aborted), /enough/)
  await until(() => ended.length === 2)
  assert.deepEqual(ended.toSorted(), ['/read', '/signal'])
})

test('a server is read no faster than its answer is', async (context) => {
  const piece = Buffer.alloc(64 * 1024)
  let written = 0
  const pass = await through(context, (_, response) => {
    response.writeHead(200)
    const more = (): void => {
      while (written < 256 * 2 ** 20) {
        written += piece.length
        if (!response.write(piece)) return void response.once('drain', more)
      }
    }
    more()
  })
  const { content } = await pass()
  await until(() => written > 0)
  const seen = written
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(written < 64 * 2 ** 20, `${written - seen} bytes more were taken`)
  content.destroy()
})

test('a server that does not answer, and one that is not there, are told of', async (context) => {
  const pass = await through(context, () => {}, { patience: 50 })
  await assert.rejects(pass(), { code: 'UND_ERR_HEADERS_TIMEOUT' })
  await assert.rejects(passage(context, 'http://127.0.0.1:1')(), { code: 'ECONNREFUSED' })
})

/** Answers what is asked to be another protocol by saying everything back, unless it is not allowed. */
async function echoing(test: TestContext): Promise<string> {
  const server = createServer()
  server.on('upgrade', ({ url, headers }: IncomingMessage, socket: Duplex) => {
    if (url === '/no') return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${headers.upgrade}\r\n\r\nwelcome,`,
    )
    socket.pipe(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  test.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
}

test('a connection that speaks another protocol is handed over, with what was said already', async (context) => {
  const pass = passage(context, await echoing(context))
  const { status, headers, content } = await pass({ method: 'POST', upgrade: 'SPDY/3.1' })
  assert.deepEqual([status, headers.upgrade], [101, 'SPDY/3.1'])
  const connection = content as Duplex // which an answer with 101 has
  connection.end('hello')
  assert.equal(await text(connection), 'welcome,hello')
})

test('a refusal to speak another protocol is an answer as any', async (context) => {
  const pass = passage(context, await echoing(context))
  const { status, content } = await pass({ target: '/no', upgrade: 'websocket' })
  assert.deepEqual([status, await text(content)], [403, 'no'])
})

test('it is HTTP/1.1, also to a server that knows better', async (context) => {
  const { url } = await serveSecurely(context, ({ httpVersion }, response) => response.end(httpVersion))
  const { content } = await passage(context, url, { insecure: true })()
  assert.equal(await text(content), '1.1')
})
