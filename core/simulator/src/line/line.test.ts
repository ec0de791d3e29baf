import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiServer, inProcessTransport, memoryStorage, type Request } from '@flotilla/apiserver'
import { createClient } from '@flotilla/kube'
import { ApiError, FlotillaError, type Kind, type Log, type Manifest } from '@flotilla/sdk'
import { createLine } from './line.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log }
const user = { name: 'control-plane', groups: ['system:masters'] }
const configMaps: Kind<Manifest> = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }
const object = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name } })

const server = await createApiServer({ name: 'paris', storage: memoryStorage(), log })
test.after(() => server.close())

function connected(timeoutMs = 10_000) {
  const line = createLine()
  const client = createClient(line.transport(inProcessTransport(server, user)), { timeoutMs })
  return { line, client, list: () => client.list(configMaps) }
}

const isAway = (error: unknown): boolean => error instanceof FlotillaError && error.code === 'SERVER_UNREACHABLE'

test('a line without a fault is as if it was not there', async () => {
  const { list } = connected()
  assert.deepEqual((await list()).items, [])
})

test('nobody answers who is unreachable, and who is mended answers again', async () => {
  const { line, list } = connected()
  line.set({ silence: 'unreachable' })
  await assert.rejects(list(), /paris did not answer: connection refused/)
  line.set(undefined)
  await list()
})

test('who hangs does not answer before the caller has had enough', async () => {
  const { line, list } = connected(50)
  line.set({ silence: 'hanging' })
  await assert.rejects(list(), isAway)
})

test('what hangs is broken off when the line is mended', async () => {
  const { line, list } = connected()
  line.set({ silence: 'hanging' })
  const hanging = assert.rejects(list(), /connection reset/)
  line.set(undefined)
  await hanging
})

test('a slow line takes its time', async () => {
  const { line, list } = connected()
  line.set({ slow: 60 })
  const begun = performance.now()
  await list()
  assert.ok(performance.now() - begun >= 50)
})

test('a flaky line fails as often as it is told, in all ways in turn', async () => {
  const { line, list } = connected()
  line.set({ flaky: 0.5 })
  const answers: string[] = []
  for (let count = 0; count < 8; count++)
    answers.push(await list().then(() => 'good', (error) => (error instanceof ApiError ? String(error.code) : 'none'))) // biome-ignore format: one answer
  assert.deepEqual(answers, ['good', '500', 'good', '429', 'good', 'none', 'good', '500'])
})

test('a watch hears what happens, and ends when the line breaks', async () => {
  const { line, client } = connected()
  const events = client.watch(configMaps)[Symbol.asyncIterator]()
  const first = events.next()
  await client.create(configMaps, object('a'))
  assert.equal((await first).value?.type, 'ADDED')
  line.set({ silence: 'unreachable' })
  assert.deepEqual(await events.next(), { done: true, value: undefined })
})

test('a watch is cut off after its time', async () => {
  const { line, client } = connected()
  line.set({ watches: 30 })
  const events = client.watch(configMaps, { namespace: 'empty' })[Symbol.asyncIterator]()
  assert.deepEqual(await events.next(), { done: true, value: undefined })
})

test('over HTTP those are concerned who ask through the line, and are told', async () => {
  const line = createLine()
  const faulty = line.server(server, ({ user: { name } }) => name === user.name)
  const request = (name: string): Request => ({
    method: 'GET',
    path: '/readyz',
    query: {},
    user: { ...user, name },
    body: () => undefined,
  })
  const code = async (name: string) => {
    const answer = await faulty.handle(request(name))
    return 'code' in answer && answer.code
  }
  assert.equal(await code(user.name), 200)
  line.set({ silence: 'unreachable' })
  assert.deepEqual([await code(user.name), await code('somebody')], [503, 200])
  line.set({ flaky: 1 })
  assert.equal(await code(user.name), 500)
})
