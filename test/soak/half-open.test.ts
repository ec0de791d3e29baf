import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openAuthority } from '@flotilla/apiserver'
import { httpTransport } from '@flotilla/kube'
import { Line } from './line.ts'

const shelf = () => {
  const files = new Map<string, string>()
  return {
    read: async (file: string) => files.get(file),
    write: async (file: string, text: string) => void files.set(file, text),
  }
}

test('a connection of HTTP/2 that died in silence is left, and what hung on it goes on by another one', async () => {
  const authority = await openAuthority({ dir: shelf() })
  const server = createSecureServer(await authority.server(), (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    if (request.url.includes('watch')) response.write('{"type":"BOOKMARK","object":{}}\n')
    else response.end('{}')
  })
  const sessions: unknown[] = []
  server.on('session', (session) => sessions.push(session))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  const line = await Line.open({ port })
  const transport = httpTransport({
    server: `https://127.0.0.1:${line.port}`,
    ca: authority.ca,
    heartbeatMs: 200,
    idleMs: 600_000,
  })
  try {
    const stream = await transport.stream({ method: 'GET', path: '/api/v1/pods', query: { watch: 'true' } })
    const events = stream[Symbol.asyncIterator]()
    assert.equal((await events.next()).value.type, 'BOOKMARK')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    assert.equal(sessions.length, 1, 'one that only rests is kept')

    line.turn('silent')
    line.turn('well') // for new connections
    const begun = performance.now()
    const [watched, asked] = await Promise.allSettled([events.next(), transport.send({ method: 'GET', path: '/api' })])
    assert.equal(watched.status, 'rejected')
    assert.match(String((watched as PromiseRejectedResult).reason), /nothing was heard of it for 0\.6 s/)
    assert.equal(asked.status, 'fulfilled', 'what only reads is asked again')
    assert.ok(performance.now() - begun < 10_000)
    assert.equal(sessions.length, 2)
  } finally {
    await transport.close()
    await line.close()
    server.close()
  }
})
