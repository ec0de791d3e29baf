import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { masters } from '../authorization.ts'
import { configMap, configMapPath, startServer, type TestServer } from '../testing/server.ts'
import { type Credential, openAuthority } from '../tls.ts'
import { type HttpsListener, serveHttps } from './serve.ts'

const dir = await mkdtemp(join(tmpdir(), 'apiserver-patience-'))
const patience = { headers: 1_000, request: 1_500, reading: 1_000, idle: 800 }

let api: TestServer
let listener: HttpsListener
/** One that waits as little as the tests do. */
let hasty: HttpsListener
let identity: Credential & { readonly ca: string }

before(async () => {
  const authority = await openAuthority({ dir })
  identity = { ca: authority.ca, ...(await authority.client('admin', { name: 'admin', groups: [masters] })) }
  api = await startServer()
  const tls = { ca: authority.ca, ...(await authority.server()) }
  const servers = [{ prefix: '/', server: api.server }]
  listener = await serveHttps({ servers, tls })
  hasty = await serveHttps({ servers, tls, patience })
  for (let i = 0; i < 40; i += 1)
    await api.ask('POST', configMapPath, configMap(`big-${i}`, { text: 'x'.repeat(500_000) }))
})
after(async () => {
  await listener.close()
  await hasty.close()
  await api.close()
  await rm(dir, { recursive: true })
  assert.deepEqual(api.log.errors, [])
})

const open = async ({ port } = listener): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', ...identity })
  socket.on('error', () => {}) // that it is closed is what is waited for
  await once(socket, 'secureConnect')
  return socket
}

/** What comes back until the connection ends. */
const told = async (socket: Socket, ...parts: readonly string[]): Promise<string> => {
  for (const part of parts) socket.write(part)
  const bytes: Buffer[] = []
  socket.on('data', (chunk) => bytes.push(chunk))
  if (!socket.destroyed) await once(socket, 'close')
  return Buffer.concat(bytes).toString()
}

const exchange = async (...parts: readonly string[]): Promise<string> => told(await open(), ...parts)

const head = (method: string, path: string, ...headers: readonly string[]): string =>
  [`${method} ${path} HTTP/1.1`, 'host: x', ...headers, '', ''].join('\r\n')

const get = head('GET', `${configMapPath}/nobody`)
const lastGet = head('GET', `${configMapPath}/nobody`, 'connection: close')
const codes = (answers: string): readonly string[] =>
  [...answers.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, code = '']) => code)

/** The Status at the end of what was answered. */
const statusIn = (answers: string) => JSON.parse(answers.slice(answers.indexOf('{')))

/** Others are served meanwhile. */
const isServed = async (): Promise<void> => {
  assert.deepEqual(codes(await exchange(lastGet)), ['404'])
}

test('who never finishes the handshake is not waited for', async () => {
  const socket = connectTcp(hasty.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))
  await isServed()
  await once(socket.resume(), 'close')
})

test('who speaks no TLS is not served', async () => {
  const socket = connectTcp(listener.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(get)
  await once(socket.resume(), 'close')
  await isServed()
})

test('headers that never end are not waited for', async () => {
  const socket = await open(hasty)
  const drip = setInterval(() => socket.write('x-slow: 1\r\n'), 50)
  const answer = await told(socket, 'GET /api HTTP/1.1\r\nhost: x\r\n')
  clearInterval(drip)
  assert.deepEqual([statusIn(answer).code, statusIn(answer).reason], [408, 'Timeout'])
})

test('a body that never ends is not waited for', async () => {
  const socket = await open(hasty)
  const drip = setInterval(() => socket.write(' '), 50)
  const answer = await told(
    socket,
    head('POST', configMapPath, 'content-type: application/json', 'content-length: 9999'),
  )
  clearInterval(drip)
  assert.equal(statusIn(answer).code, 408)
})

test('a connection on which nothing more is asked is closed, a watch is not', async () => {
  const watch = await open(hasty)
  let seen = ''
  watch.on('data', (chunk) => {
    seen += chunk
  })
  watch.write(head('GET', `${configMapPath}?watch=true&fieldSelector=metadata.name%3Dlate`))
  await once(watch, 'data')
  assert.deepEqual(codes(await told(await open(hasty), get)), ['404'])
  await new Promise((resolve) => setTimeout(resolve, 2 * patience.request))
  await api.ask('POST', configMapPath, configMap('late'))
  while (!seen.includes('"late"')) await once(watch, 'data')
  watch.destroy()
})

test('a long answer that is not read is given up, one that is read is not', async () => {
  const list = head('GET', configMapPath, 'connection: close')
  const lazy = await open(hasty)
  lazy.pause()
  lazy.write(list)
  const closed = once(lazy, 'close')
  const slow = await open()
  slow.write(list)
  let size = 0
  for await (const chunk of slow) {
    size += chunk.length
    if (size % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  assert.ok(size > 20_000_000)
  await isServed()
  await new Promise((resolve) => setTimeout(resolve, 2 * patience.reading))
  lazy.resume()
  await closed
  assert.ok(lazy.bytesRead < 20_000_000, 'the rest was not sent')
})

test('requests that follow each other without waiting are answered in their order', async () => {
  const version = head('GET', '/version')
  const answers = await exchange(version + get + version + lastGet)
  assert.deepEqual(codes(answers), ['200', '404', '200', '404'])
})

test('who knows only HTTP/1.0 is answered', async () => {
  const answer = await exchange(`GET ${configMapPath}/nobody HTTP/1.0\r\n\r\n`)
  assert.deepEqual(codes(answer), ['404'])
})

test('who does not say whom he asks is refused', async () => {
  assert.deepEqual(codes(await exchange('GET /api HTTP/1.1\r\n\r\n')), ['400'])
})

test('who asks whether to go on is told so', async () => {
  const body = JSON.stringify(configMap('expected'))
  const expecting = head(
    'POST',
    configMapPath,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
    'connection: close',
  )
  assert.deepEqual(codes(await exchange(expecting, body)), ['100', '201'])
  assert.deepEqual(codes(await exchange(expecting.replace('100-continue', 'miracles'), body)), ['417'])
})

test('an upload that is given up changes nothing', async () => {
  const body = JSON.stringify(configMap('aborted'))
  const socket = await open()
  socket.write(
    head('POST', configMapPath, 'content-type: application/json', `content-length: ${body.length + 1}`) + body,
  )
  await isServed()
  socket.destroy()
  await isServed()
  assert.equal((await api.ask('GET', `${configMapPath}/aborted`)).code, 404)
})

const smuggled = '0\r\n\r\nGET /api HTTP/1.1\r\nhost: x\r\n\r\n'

const shapes: readonly (readonly [string, string, number])[] = [
  ['two lengths', head('POST', configMapPath, 'content-length: 5', 'content-length: 6') + smuggled, 400],
  [
    'a length and chunks',
    head('POST', configMapPath, 'content-length: 5', 'transfer-encoding: chunked') + smuggled,
    400,
  ],
  [
    'chunks and a length',
    head('POST', configMapPath, 'transfer-encoding: chunked', 'content-length: 5') + smuggled,
    400,
  ],
  ['chunks of another kind', head('POST', configMapPath, 'transfer-encoding: chunked, identity') + smuggled, 400],
  ['a space before the colon', head('POST', configMapPath, 'transfer-encoding : chunked') + smuggled, 400],
  ['a folded header', head('POST', configMapPath, 'x: y', ' transfer-encoding: chunked') + smuggled, 400],
  ['a chunk of no size', `${head('POST', configMapPath, 'transfer-encoding: chunked')}zz\r\n`, 400],
  ['a negative length', head('POST', configMapPath, 'content-length: -1'), 400],
  ['a length in letters', head('POST', configMapPath, 'content-length: 5x') + smuggled, 400],
  ['ends of lines of one sort', 'GET /api HTTP/1.1\nhost: x\n\n', 400],
  ['a zero in a header', head('GET', '/api', 'x: a\0b'), 400],
  ['a version of its own', 'GET /api HTTP/3.7\r\nhost: x\r\n\r\n', 400],
  ['a method of its own', head('FOO', '/api'), 400],
  ['nonsense', 'hello\r\n\r\n', 400],
  ['large headers', head('GET', '/api', `x: ${'y'.repeat(200_000)}`), 431],
  ['a long URL', head('GET', `/api?x=${'y'.repeat(200_000)}`), 431],
]

for (const [name, sent, code] of shapes)
  test(`${name}: refused with ${code}, and nothing after it is heard`, async () => {
    const answer = await exchange(sent)
    assert.deepEqual(codes(answer), [String(code)])
    assert.deepEqual([statusIn(answer).kind, statusIn(answer).code], ['Status', code])
    await isServed()
  })

test('what is long, but not too long, is understood', async () => {
  const selector = encodeURIComponent(`app in (${Array.from({ length: 5_000 }, (_, i) => `v${i}`).join()})`)
  const answer = await exchange(head('GET', `${configMapPath}?labelSelector=${selector}`, 'connection: close'))
  assert.deepEqual(codes(answer), ['200'])
  assert.match(answer, /"items":\[\]/)
})

test('many idle watches are kept beside others that ask', async () => {
  const watches = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = await open()
      socket.write(head('GET', `${configMapPath}?watch=true&fieldSelector=metadata.name%3Dmany`))
      await once(socket, 'data')
      return socket
    }),
  )
  await isServed()
  const hear = watches.map((socket) => once(socket, 'data'))
  await api.ask('POST', configMapPath, configMap('many'))
  await Promise.all(hear)
  for (const socket of watches) socket.destroy()
  await isServed()
})
