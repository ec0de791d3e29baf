import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient } from './client.ts'
import { createRecorder } from './events.ts'
import { MemoryServer } from './testing/memory-server.ts'
import { configMap, status } from './testing/objects.ts'
import { recordingLog } from './testing/surroundings.ts'
import { until } from './testing/until.ts'

interface EventBody {
  readonly metadata: { readonly name: string }
  readonly reason: string
  readonly message: string
  readonly count: number
}

function recording(test: TestContext) {
  const server = new MemoryServer()
  const stop = new AbortController()
  test.after(() => stop.abort())
  const clock = { now: Date.parse('2026-01-02T03:04:05Z') }
  const log = recordingLog()
  const record = createRecorder({
    client: createClient(server),
    component: 'tester',
    log,
    signal: stop.signal,
    now: () => new Date(clock.now),
    waits: { baseMs: 1, capMs: 1 },
  })
  const writes = (method: string) => server.requests.filter((request) => request.method === method)
  const bodies = (method: string) => writes(method).map(({ body }) => body as EventBody)
  return { server, record, bodies, clock, writes, stop, log }
}

const a = configMap('a', 7)

test('writes an event about an object, in its namespace', async (context) => {
  const { record, writes, bodies } = recording(context)
  record(a, 'Normal', 'Done', 'it is done')
  assert.equal(writes('POST').length, 0, 'not inside the call')
  await until(() => writes('POST').length === 1)
  assert.equal(writes('POST')[0]?.path, '/api/v1/namespaces/default/events')
  const [{ metadata, ...rest } = assert.fail()] = bodies('POST')
  assert.match(metadata.name, /^a\.[0-9a-f]{16}$/)
  assert.deepEqual(rest, {
    apiVersion: 'v1',
    kind: 'Event',
    involvedObject: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name: 'a',
      uid: 'a',
      resourceVersion: '7',
    },
    type: 'Normal',
    reason: 'Done',
    message: 'it is done',
    source: { component: 'tester' },
    reportingComponent: 'tester',
    reportingInstance: '',
    firstTimestamp: '2026-01-02T03:04:05Z',
    lastTimestamp: '2026-01-02T03:04:05Z',
    count: 1,
  })
})

test('an event about an object without a namespace goes to default; an odd name is not lent', async (context) => {
  const { record, writes, bodies } = recording(context)
  record({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'system:n' } }, 'Warning', 'R', 'm')
  await until(() => writes('POST').length === 1)
  assert.equal(writes('POST')[0]?.path, '/api/v1/namespaces/default/events')
  assert.match(bodies('POST')[0]?.metadata.name ?? '', /^[0-9a-f-]{36}$/)
})

test('a repeated event is a count on the first', async (context) => {
  const { server, record, writes, clock } = recording(context)
  record(a, 'Normal', 'Done', 'm')
  await until(() => writes('POST').length === 1)
  await new Promise(setImmediate)
  clock.now += 60_000
  record(a, 'Normal', 'Done', 'm')
  await until(() => writes('PATCH').length === 1)
  const [patch] = writes('PATCH')
  assert.deepEqual(patch?.body, { count: 2, lastTimestamp: '2026-01-02T03:05:05Z', message: 'm' })
  assert.equal(server.at(patch?.path ?? '')?.count, 2)
})

test('what repeats before it is written is written once', async (context) => {
  const { record, writes, bodies } = recording(context)
  for (let i = 0; i < 5; i++) record(a, 'Normal', 'Done', 'm')
  record(a, 'Normal', 'Other', 'm')
  await until(() => writes('POST').length === 2)
  assert.deepEqual(
    bodies('POST').map(({ count }) => count),
    [5, 1],
  )
})

test('an event the server has dropped is written anew', async (context) => {
  const { server, record, writes, bodies } = recording(context)
  record(a, 'Normal', 'Done', 'm')
  await until(() => writes('POST').length === 1)
  await new Promise(setImmediate)
  server.remove(`/api/v1/namespaces/default/events/${bodies('POST')[0]?.metadata.name}`)
  record(a, 'Normal', 'Done', 'm')
  await until(() => writes('POST').length === 2)
  assert.equal(bodies('POST')[1]?.count, 2)
})

test('many similar events become one', async (context) => {
  const { record, writes, bodies } = recording(context)
  for (let i = 0; i < 15; i++) record(a, 'Normal', 'Done', `number ${i}`)
  await until(() => writes('POST').length === 11)
  await new Promise(setImmediate)
  const last = bodies('POST').at(-1)
  assert.deepEqual([last?.message, last?.count], ['(combined from similar events): number 14', 5])
  assert.equal(writes('POST').length, 11)
})

test('an object may have 25, and one more every five minutes', async (context) => {
  const { record, writes, bodies, clock } = recording(context)
  for (let i = 0; i < 40; i++) record(a, 'Normal', `Reason${i}`, 'm')
  await until(() => writes('POST').length === 25)
  record(configMap('b', 1), 'Normal', 'Other', 'm')
  await until(() => writes('POST').length === 26)
  clock.now += 300_000
  record(a, 'Normal', 'Late', 'm')
  record(a, 'Normal', 'Later', 'm')
  await until(() => writes('POST').length === 27)
  await new Promise(setImmediate)
  assert.equal(bodies('POST').at(-1)?.reason, 'Late')
})

test('good news takes nothing from bad news', async (context) => {
  const { record, writes, bodies } = recording(context)
  for (let i = 0; i < 40; i++) record(a, 'Normal', `Reason${i}`, 'm')
  record(a, 'Warning', 'Failed', 'm')
  await until(() => writes('POST').length === 26)
  assert.equal(bodies('POST').at(-1)?.reason, 'Failed')
})

test('waits for a server that is away, and gives up an event the server refuses', async (context) => {
  const { server, record, writes, bodies, log } = recording(context)
  let away = 2
  server.intercept = ({ body }) => {
    if (away-- > 0) throw new Error('ECONNREFUSED')
    return (body as EventBody).reason === 'Bad' ? status(403, 'Forbidden') : undefined
  }
  record(a, 'Normal', 'Bad', 'm')
  record(a, 'Normal', 'Good', 'm')
  await until(() => writes('POST').length === 4)
  assert.deepEqual(
    bodies('POST').map(({ reason }) => reason),
    ['Bad', 'Bad', 'Bad', 'Good'],
  )
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['event not written'],
  )
})

test('writes nothing after its end', async (context) => {
  const { record, writes, stop } = recording(context)
  stop.abort()
  record(a, 'Normal', 'Done', 'm')
  await new Promise(setImmediate)
  assert.equal(writes('POST').length, 0)
})
