import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { fastify } from 'fastify'
import { respond } from './respond.ts'

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

const bodies: Readonly<Record<string, object>> = {
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
