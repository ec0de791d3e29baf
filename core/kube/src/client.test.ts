import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type Client, FlotillaError, isConflict, isExpired, type Manifest, type Patch } from '@flotilla/sdk'
import { createClient } from './client.ts'
import {
  bookmark,
  configMap,
  configMapKind,
  deploymentKind,
  event,
  listOf,
  nodeKind,
  ok,
  status,
} from './testing/objects.ts'
import { type Answer, ScriptedTransport } from './testing/scripted-transport.ts'
import { until } from './testing/until.ts'

const key = { namespace: 'default', name: 'a' }
const clientOf = (...answers: Answer[]) => {
  const transport = new ScriptedTransport(...answers)
  return { transport, client: createClient(transport, { fieldManager: 'tester', timeoutMs: 200 }) }
}

const a = configMap('a', 1)
const node: Manifest = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }
const deployment: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'x' } }
const patch = (type: Patch['type']): Patch => ({ type, body: {} })
const wrote = '?fieldManager=tester'

const requests: readonly [string, (client: Client) => unknown][] = [
  ['GET /api/v1/namespaces/default/configmaps/a', (client) => client.get(configMapKind, key)],
  [
    'GET /apis/apps/v1/namespaces/x/deployments/web',
    (client) => client.get(deploymentKind, { namespace: 'x', name: 'web' }),
  ],
  ['GET /api/v1/nodes/n', (client) => client.get(nodeKind, { namespace: 'ignored', name: 'n' })],
  ['GET /api/v1/nodes/system:a%25b', (client) => client.get(nodeKind, { name: 'system:a%b' })],
  [
    'GET /apis/apps/v1/namespaces/x/deployments/web/scale',
    (client) => client.get(deploymentKind, { namespace: 'x', name: 'web' }, { subresource: 'scale' }),
  ],
  [`POST /api/v1/namespaces/default/configmaps${wrote}`, (client) => client.create(configMapKind, a)],
  [`POST /api/v1/nodes${wrote}`, (client) => client.create(nodeKind, node)],
  [
    `POST /apis/apps/v1/namespaces/x/deployments/web/binding${wrote}`,
    (client) => client.create(deploymentKind, deployment, { subresource: 'binding' }),
  ],
  [
    `PUT /api/v1/namespaces/default/configmaps/a${wrote}&dryRun=All`,
    (client) => client.update(configMapKind, a, { dryRun: true }),
  ],
  [
    'PUT /api/v1/nodes/n/status?fieldManager=other',
    (client) => client.update(nodeKind, node, { subresource: 'status', fieldManager: 'other' }),
  ],
  [
    `PATCH /api/v1/namespaces/default/configmaps/a${wrote} application/merge-patch+json`,
    (client) => client.patch(configMapKind, key, patch('merge')),
  ],
  [
    `PATCH /api/v1/namespaces/default/configmaps/a${wrote} application/json-patch+json`,
    (client) => client.patch(configMapKind, key, patch('json')),
  ],
  [
    `PATCH /api/v1/namespaces/default/configmaps/a${wrote} application/strategic-merge-patch+json`,
    (client) => client.patch(configMapKind, key, patch('strategic')),
  ],
  [
    `PATCH /api/v1/namespaces/default/configmaps/a?force=true&fieldManager=tester application/apply-patch+yaml`,
    (client) => client.patch(configMapKind, key, { ...patch('apply'), force: true }),
  ],
  ['DELETE /api/v1/namespaces/default/configmaps/a', (client) => client.delete(configMapKind, key)],
  ['GET /livez?verbose=', (client) => client.raw({ path: '/livez?verbose' })],
]

for (const [wanted, call] of requests) {
  test(`asks ${wanted}`, async () => {
    const { transport, client } = clientOf(ok(a))
    await call(client)
    const [request] = transport.requests
    const query = new URLSearchParams(request?.query).toString()
    const type = request?.method === 'PATCH' ? ` ${request.headers?.['content-type']}` : ''
    assert.equal(`${request?.method} ${request?.path}${query && `?${query}`}${type}`, wanted)
  })
}

for (const name of ['', '.', '..']) {
  test(`refuses "${name}" as a name, which would address something else`, async () => {
    const { transport, client } = clientOf(ok(a))
    await assert.rejects(async () => client.delete(configMapKind, { namespace: 'default', name }), TypeError)
    assert.deepEqual(transport.requests, [])
  })
}

test('a delete says what it was asked to', async () => {
  const { transport, client } = clientOf(ok({}))
  const preconditions = { uid: 'u' }
  await client.delete(configMapKind, key, {
    propagation: 'Foreground',
    gracePeriodSeconds: 0,
    preconditions,
    dryRun: true,
  })
  assert.deepEqual(transport.requests[0]?.body, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Foreground',
    gracePeriodSeconds: 0,
    preconditions,
    dryRun: ['All'],
  })
})

const absences: readonly [string, Answer, boolean][] = [
  ['the object', () => status(404, 'NotFound', { name: 'a', kind: 'configmaps' }), true],
  ['the object, by its kind', () => status(404, 'NotFound', { name: 'a', kind: 'ConfigMap' }), true],
  ['the kind', () => status(404, 'NotFound', {}), false],
  ['a proxy of the same name', () => status(404, 'NotFound', { name: 'a', kind: 'clusters' }), false],
  ['a page', () => ({ status: 404, body: '404 page not found\n' }), false],
]
for (const [what, answer, absent] of absences) {
  test(`a 404 about ${what} ${absent ? 'is an absence' : 'is an error'}`, async () => {
    const { client } = clientOf(answer)
    const calls = [() => client.get(configMapKind, key), () => client.delete(configMapKind, key)]
    for (const call of calls)
      if (absent) assert.ok(!(await call()))
      else await assert.rejects(call, (error) => error instanceof ApiError && error.code === 404)
  })
}

test('an answer in words becomes an ApiError with what Kubernetes would have said', async () => {
  const { client } = clientOf(() => ({ status: 503, headers: { 'retry-after': '7' }, body: 'upstream gone\nmore' }))
  await assert.rejects(client.raw({ path: '/x' }), (error) => {
    assert.ok(error instanceof ApiError)
    assert.deepEqual([error.code, error.reason], [503, 'ServiceUnavailable'])
    assert.equal(error.message, 'the server answered GET /x with 503: upstream gone')
    assert.equal(error.status.details?.retryAfterSeconds, 7)
    return true
  })
})

test('a Status is passed on as it is', async () => {
  const { client } = clientOf(() => status(409, 'Conflict', { name: 'a' }))
  await assert.rejects(client.update(configMapKind, a), (error) => isConflict(error))
})

test('a success that is not an object is an error, not an object', async () => {
  const { client } = clientOf(ok('<html>log in'))
  for (const call of [() => client.get(configMapKind, key), () => client.list(configMapKind)])
    await assert.rejects(call, (error) => error instanceof ApiError && error.reason === 'UnexpectedServerResponse')
})

test('answers are frozen all the way down, frozen ones are handed through', async () => {
  const frozen = Object.freeze(configMap('b', 2))
  const { client } = clientOf(ok(configMap('a', 1)), ok(frozen))
  assert.ok(Object.isFrozen((await client.get(configMapKind, key))?.metadata))
  assert.equal(await client.get(configMapKind, key), frozen)
})

test('items of a list get the type the server leaves out; complete ones are not copied', async () => {
  const bare = { metadata: { name: 'a', resourceVersion: '1' } }
  const complete = Object.freeze(configMap('b', 2))
  const { client } = clientOf(
    ok(listOf(7, [bare as Manifest, complete], 'next')),
    ok(listOf(7, [complete])),
    ok({ metadata: {}, items: null }),
  )
  const list = await client.list(configMapKind, { limit: 2 })
  assert.deepEqual(list.items[0], { apiVersion: 'v1', kind: 'ConfigMap', ...bare })
  assert.deepEqual([list.resourceVersion, list.continue], ['7', 'next'])
  assert.ok(Object.isFrozen(list.items[0]?.metadata))
  assert.equal((await client.list(configMapKind)).items[0], complete)
  assert.deepEqual((await client.list(configMapKind)).items, [])
})

test('no answer is SERVER_UNREACHABLE, with the cause', async () => {
  const cause = new Error('ECONNREFUSED')
  const { client } = clientOf(() => Promise.reject(cause))
  await assert.rejects(client.get(configMapKind, key), (error) => {
    assert.ok(error instanceof FlotillaError)
    assert.deepEqual([error.code, error.cause, error.retry], ['SERVER_UNREACHABLE', cause, true])
    return true
  })
})

test('a server that never answers is given up on, heeding the signal or not', async () => {
  const { transport, client } = clientOf(() => new Promise(() => {}))
  await assert.rejects(client.get(configMapKind, key), /did not answer: no answer within 0.2 s/)
  assert.ok(transport.requests[0]?.signal?.aborted)
})

test('a call ends with its signal, and says why', async () => {
  const { client } = clientOf(() => new Promise(() => {}))
  const reason = new Error('enough')
  await assert.rejects(client.get(configMapKind, key, { signal: AbortSignal.abort(reason) }), reason)
  const controller = new AbortController()
  const call = client.get(configMapKind, key, { signal: controller.signal })
  controller.abort(reason)
  await assert.rejects(call, reason)
})

test('a watch asks for bookmarks and hands events on, frozen', async () => {
  const { transport, client } = clientOf()
  const seen: unknown[] = []
  const watching = (async () => {
    for await (const each of client.watch(configMapKind, { namespace: 'default', resourceVersion: '5' }))
      seen.push(each)
  })()
  await until(() => transport.streams.length === 1)
  const [stream] = transport.streams
  assert.deepEqual(stream?.request.path, '/api/v1/namespaces/default/configmaps')
  assert.deepEqual(stream?.request.query, { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '5' })
  const object = configMap('a', 6)
  stream?.push(event('ADDED', object), bookmark(9))
  stream?.end()
  await watching
  assert.deepEqual(seen, [
    { type: 'ADDED', object },
    { type: 'BOOKMARK', resourceVersion: '9' },
  ])
  assert.ok(Object.isFrozen(object.metadata))
})

const watchAll = async (client: Client, signal?: AbortSignal) => {
  for await (const _ of client.watch(configMapKind, { signal }));
}

test('an ERROR event is thrown', async () => {
  const { transport, client } = clientOf()
  const watching = watchAll(client)
  await until(() => transport.streams.length === 1)
  transport.streams[0]?.push(event('ERROR', status(410, 'Expired').body))
  await assert.rejects(watching, (error) => isExpired(error))
  assert.ok(!transport.streams[0]?.isOpen)
})

test('a watch ends with its signal, quietly, and closes the stream', async () => {
  const { transport, client } = clientOf()
  const controller = new AbortController()
  const watching = watchAll(client, controller.signal)
  await until(() => transport.streams.length === 1)
  controller.abort()
  await watching
  assert.ok(!transport.streams[0]?.isOpen)
})

test('who stops listening closes the stream', async () => {
  const { transport, client } = clientOf()
  const first = (async () => {
    for await (const each of client.watch(configMapKind)) return each
    return undefined
  })()
  await until(() => transport.streams.length === 1)
  transport.streams[0]?.push(event('ADDED', a))
  assert.equal((await first)?.type, 'ADDED')
  assert.ok(!transport.streams[0]?.isOpen)
})

test('a stream that breaks is SERVER_UNREACHABLE', async () => {
  const { transport, client } = clientOf()
  const watching = watchAll(client)
  await until(() => transport.streams.length === 1)
  transport.streams[0]?.end(new Error('ECONNRESET'))
  await assert.rejects(watching, /scripted did not answer: ECONNRESET/)
})

test('who needs no more than the metadata of what was written says so', async () => {
  const { client, transport } = clientOf(...Array(4).fill(ok(a)))
  const options = { answer: 'metadata' } as const
  await client.create(configMapKind, a, options)
  await client.update(configMapKind, a, options)
  await client.patch(configMapKind, key, patch('merge'), options)
  await client.update(configMapKind, a)
  const metadata = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json'
  assert.deepEqual(
    transport.requests.map(({ headers }) => headers?.accept),
    [metadata, metadata, metadata, 'application/json'],
  )
  assert.equal(transport.requests[2]?.headers?.['content-type'], 'application/merge-patch+json')
})
