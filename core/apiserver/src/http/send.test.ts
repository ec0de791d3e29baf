import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { fastify } from 'fastify'
import { encode } from '../answer/encode.ts'
import { respond } from './respond.ts'
import { send } from './send.ts'

const object = (index: number) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: `thing-${index}` },
  text: 'x'.repeat(900),
})

const listOf = (count: number) => ({
  kind: 'ThingList',
  apiVersion: 'v1',
  metadata: { resourceVersion: '1' },
  items: Array.from({ length: count }, (_, index) => object(index)),
})

const bodies: Record<string, object> = {
  '/short': listOf(20),
  '/long': listOf(2000),
  '/one': { ...object(0), text: 'x'.repeat(200_000) },
}

const app = fastify()
app.get('/*', (request, reply) => respond(reply, { code: 200, body: bodies[request.url] }))
after(() => app.close())

const ask = (url: string, accept = '') => app.inject({ url, headers: { 'accept-encoding': accept } })

test('who wants it compressed gets what is long so', async () => {
  for (const url of ['/long', '/one']) {
    const { headers, rawPayload } = await ask(url, 'deflate, gzip;q=0.5')
    assert.deepEqual([headers['content-encoding'], headers.vary], ['gzip', 'Accept-Encoding'])
    assert.deepEqual(JSON.parse(gunzipSync(rawPayload).toString()), bodies[url])
    assert.ok(rawPayload.length < 100_000)
  }
})

test('what is short, and what nobody wants compressed, comes as it is', async () => {
  for (const [url, accept] of [
    ['/short', 'gzip'],
    ['/long', ''],
    ['/long', 'gzip;q=0'],
    ['/long', 'deflate'],
    ['/one', 'gzip; q=0.0, br'],
  ] as const) {
    const { headers, payload } = await ask(url, accept)
    assert.equal(headers['content-encoding'], undefined, `${url} ${accept}`)
    assert.deepEqual(JSON.parse(payload), bodies[url])
  }
})

test('what is short says how long it is', async () => {
  const { headers, payload } = await ask('/short')
  assert.equal(headers['content-length'], String(payload.length))
})

test('others have their turns while a long list is sent', async () => {
  let turns = 0
  let sending = true
  const take = () => {
    turns += 1
    if (sending) setImmediate(take)
  }
  take()
  const { payload } = await ask('/long')
  sending = false
  assert.ok(turns >= payload.length / 150_000, `${turns} turns`)
})

test('who leaves is not worked for any more', async () => {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  for (const accept of ['identity', 'gzip']) {
    let made = 0
    const counted = { toJSON: () => ({ ...object(made++), text: String(Math.random()).padEnd(20_000, String(made)) }) }
    bodies['/left'] = { ...listOf(0), items: Array.from({ length: 5000 }, () => counted) }
    const leaving = request(`${url}/left`, { headers: { 'accept-encoding': accept }, agent: false }).end()
    const [incoming] = (await once(leaving, 'response')) as [IncomingMessage]
    await once(incoming, 'data')
    leaving.destroy()
    for (let other = 0; other < 5; other += 1) await ask('/long') // time enough to make all of it
    assert.ok(made < 5000, `${made} were made for ${accept}`)
  }
})

test('who does not read is cut off', async () => {
  const slow = fastify()
  const closed = Promise.withResolvers<boolean>()
  slow.get('/', (_, reply) => {
    reply.raw.once('close', () => closed.resolve(reply.raw.writableFinished))
    return send(reply, encode(listOf(50_000), 'json'), 100)
  })
  const asked = request(await slow.listen({ host: '127.0.0.1', port: 0 }), { agent: false }).end()
  const [incoming] = (await once(asked, 'response')) as [IncomingMessage]
  incoming.pause()
  assert.equal(await closed.promise, false)
  asked.destroy()
  await slow.close()
})
