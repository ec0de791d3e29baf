import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { configOf } from './haproxy.ts'
import { HaProxy } from './proxy.ts'

const { signal } = new AbortController()
const none = new Map<string, string>()

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  server.close()
  await once(server, 'close')
  return port
}

/** A proxy that answers every request with one status. */
const answering = (status: number, port: number): string =>
  configOf({ routes: [], backends: [] }, { bind: `127.0.0.1:${port}`, directory: '/nowhere' }).config.replace(
    'status 404',
    `status ${status}`,
  )

async function eventually(check: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 30_000; ; await sleep(50))
    try {
      return await check()
    } catch (error) {
      if (Date.now() > end) throw error
    }
}

const statuses = async (port: number): Promise<readonly number[]> => {
  const headers = { connection: 'close' }
  const all = await Promise.all(Array.from({ length: 8 }, () => fetch(`http://127.0.0.1:${port}`, { headers })))
  return [...new Set(all.map(({ status }) => status))]
}

test('a proxy', async (t) => {
  const [directory, port] = [await mkdtemp(join(tmpdir(), 'haproxy-')), await freePort()]
  const [first, second] = [new HaProxy(directory), new HaProxy(directory)]
  const answers = (...wanted: readonly number[]) =>
    eventually(async () => assert.deepEqual(await statuses(port), wanted))
  t.after(() => Promise.all([first.end(), second.end()]))

  await t.test('is started by its first config, and goes on with the next', async () => {
    assert.equal(await first.use(answering(404, port), none, signal), true)
    await answers(404)
    assert.equal(await first.use(answering(404, port), none, signal), false)
    assert.equal(await first.use(answering(403, port), none, signal), true)
    await answers(403)
  })

  await t.test('keeps the config it has when the next is none', async () => {
    await assert.rejects(first.use('nonsense\n', none, signal), /nonsense/)
    await answers(403)
    assert.match(await readFile(join(directory, 'haproxy.cfg'), 'utf8'), /status 403/)
  })

  await t.test('that was left running hands over its place', async () => {
    await second.use(answering(401, port), none, signal)
    await answers(401)
    await eventually(async () => assert.equal(first.isUp, false))
  })
})
