import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { ApiError, type Change, type Manifest, type Status } from '@flotilla/sdk'
import { createClient } from './client.ts'
import { type Projection, withoutManagedFields } from './projection.ts'
import { Reflector } from './reflector.ts'
import { ObjectStore } from './store.ts'
import { bookmark, configMap, configMapKind, event, listOf, ok, status } from './testing/objects.ts'
import { type Answer, type ScriptedStream, ScriptedTransport } from './testing/scripted-transport.ts'
import { recordingLog, recordingMetrics } from './testing/surroundings.ts'
import { until } from './testing/until.ts'

const textOf = ({ before, after }: Change<Manifest>): string =>
  [before, after]
    .map((object) => (object ? `${object.metadata.name}@${object.metadata.resourceVersion}` : ''))
    .join('→')

interface Setting {
  readonly project?: Projection
  readonly pageSize?: number
  readonly waitMs?: number
  readonly lagMs?: number
}

/** A reflector over a scripted server, what its store told, and the watch that is open. */
function reflecting(
  test: TestContext,
  answers: readonly Answer[],
  { project = withoutManagedFields, pageSize, waitMs = 1, lagMs = 0 }: Setting = {},
) {
  const transport = new ScriptedTransport(...answers)
  const stop = new AbortController()
  const store = new ObjectStore<Manifest>({ onError: assert.ifError })
  const heard: string[] = []
  store.listen((change) => heard.push(textOf(change)))
  const metrics = recordingMetrics()
  const log = recordingLog()
  const reflector = new Reflector({
    client: createClient(transport),
    kind: configMapKind,
    selection: { labelSelector: 'a=b' },
    project,
    store,
    log,
    metrics,
    signal: stop.signal,
    pageSize,
    waits: { baseMs: waitMs, capMs: waitMs },
    lagMs,
  })
  const running = reflector.run()
  test.after(async () => {
    stop.abort()
    await running
  })
  const watch = async (nth: number) => {
    await until(() => transport.streams.length === nth)
    const stream = transport.streams[nth - 1]
    assert.ok(stream)
    return stream
  }
  const restarts = (reason: string) =>
    metrics.read(`reflector_restarts_total{resource="configmaps",reason="${reason}"}`) ?? 0
  return { transport, store, heard, log, metrics, watch, restarts, stop, running, reflector }
}

test('lists, then watches from the version of the list', async (context) => {
  const { transport, heard, watch, metrics } = reflecting(context, [ok(listOf(5, [configMap('a', 3)]))])
  const stream = await watch(1)
  assert.equal(stream.request.query?.resourceVersion, '5')
  assert.equal(stream.request.query?.labelSelector, 'a=b')
  assert.deepEqual(transport.requests[0]?.query, { labelSelector: 'a=b', limit: '500' })
  stream.push(
    event('ADDED', configMap('b', 6)),
    event('MODIFIED', configMap('a', 7)),
    event('DELETED', configMap('b', 8)),
  )
  await until(() => heard.length === 4)
  assert.deepEqual(heard, ['→a@3', '→b@6', 'a@3→a@7', 'b@6→'])
  assert.equal(metrics.read('reflector_lists_total{resource="configmaps"}'), 1)
  assert.equal(metrics.read('reflector_watches_total{resource="configmaps"}'), 1)
})

test('does not wait any longer when it is told to hurry', async (context) => {
  const answers = [() => status(404, 'NotFound'), ok(listOf(5, [configMap('a', 3)]))]
  const { heard, watch, reflector, transport } = reflecting(context, answers, { waitMs: 600_000 })
  await until(() => transport.requests.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(heard, [])
  reflector.hurry()
  await watch(1)
  assert.deepEqual(heard, ['→a@3'])
})

test('turns the pages of a list', async (context) => {
  const pages = [ok(listOf(5, [configMap('a', 1), configMap('b', 2)], 'more')), ok(listOf(5, [configMap('c', 3)]))]
  const { transport, store } = reflecting(context, pages, { pageSize: 2 })
  await store.synced
  assert.equal(store.list().length, 3)
  assert.deepEqual(transport.requests[1]?.query, { labelSelector: 'a=b', limit: '2', continue: 'more' })
})

test('takes the list in one when its pages expire', async (context) => {
  const { transport, store } = reflecting(context, [
    ok(listOf(5, [configMap('a', 1)], 'more')),
    () => status(410, 'Expired'),
    ok(listOf(9, [configMap('a', 1), configMap('b', 7)])),
  ])
  await store.synced
  assert.equal(store.list().length, 2)
  assert.deepEqual(transport.requests[2]?.query, { labelSelector: 'a=b' })
})

test('resumes after a clean end from the last event or bookmark, without a new list', async (context) => {
  const { transport, heard, watch, restarts } = reflecting(context, [ok(listOf(5, []))])
  const first = await watch(1)
  first.push(event('ADDED', configMap('a', 6)))
  first.end()
  const second = await watch(2)
  assert.equal(second.request.query?.resourceVersion, '6')
  second.push(bookmark(40))
  second.end()
  const third = await watch(3)
  assert.equal(third.request.query?.resourceVersion, '40')
  assert.deepEqual(heard, ['→a@6'])
  assert.equal(transport.requests.filter(({ query }) => query?.limit).length, 1)
  assert.equal(restarts('ended'), 2)
})

test('resumes after a break in the line, and hears an event that comes twice once', async (context) => {
  const { heard, watch, restarts, log } = reflecting(context, [ok(listOf(5, [])), ok(listOf(6, []))])
  const first = await watch(1)
  first.push(event('ADDED', configMap('a', 6)))
  first.end(new Error('ECONNRESET'))
  const second = await watch(2)
  assert.equal(second.request.query?.resourceVersion, '6')
  second.push(event('ADDED', configMap('a', 6)), event('MODIFIED', configMap('a', 7)))
  await until(() => heard.length === 2)
  assert.deepEqual(heard, ['→a@6', 'a@6→a@7'])
  assert.equal(restarts('unreachable'), 1)
  assert.equal(log.lines.filter(({ level }) => level === 'warn').length, 1)
})

const refusal = (code: number, reason: string) => new ApiError(status(code, reason).body as Status)

for (const [how, expire] of [
  ['as an event', (_, stream) => stream.push(event('ERROR', status(410, 'Expired').body))],
  [
    'as an answer',
    (transport, stream) => {
      transport.refusals.push(refusal(410, 'Gone'))
      stream.end()
    },
  ],
] as readonly [string, (transport: ScriptedTransport, stream: ScriptedStream) => void][]) {
  test(`an expired version, ${how}, makes a new list whose difference is told`, async (context) => {
    const { transport, heard, watch, restarts } = reflecting(context, [
      ok(listOf(5, [configMap('a', 1), configMap('b', 2), configMap('c', 3)])),
      ok(listOf(90, [configMap('b', 2), configMap('c', 80), configMap('d', 85)])),
    ])
    const stream = await watch(1)
    heard.length = 0
    expire(transport, stream)
    const again = await watch(2)
    assert.equal(again.request.query?.resourceVersion, '90')
    assert.deepEqual(heard, ['a@1→', 'c@3→c@80', '→d@85'])
    assert.equal(restarts('expired'), 1)
  })
}

test('a throttled watch is tried again from where it was; a refused one after a new list', async (context) => {
  const { transport, watch, restarts } = reflecting(context, [ok(listOf(5, []))])
  transport.refusals.push(refusal(429, 'TooManyRequests'), refusal(403, 'Forbidden'))
  await watch(1)
  assert.deepEqual([restarts('throttled'), restarts('refused')], [1, 1])
  assert.deepEqual(
    transport.requests.map(({ query }) => (query?.watch ? 'watch' : 'list')),
    ['list', 'watch', 'watch', 'list', 'watch'],
  )
})

test('a list that fails is tried again, and nothing is synced before', async (context) => {
  const { store, heard } = reflecting(context, [
    () => Promise.reject(new Error('ECONNREFUSED')),
    () => status(500, 'InternalError'),
    ok(listOf(5, [configMap('a', 1)])),
  ])
  await store.synced
  assert.deepEqual(heard, ['→a@1'])
})

test('an event that cannot be projected is not passed over', async (context) => {
  let fails = 1
  const project: Projection = (object) => {
    if ((object as Manifest).metadata.name === 'odd' && fails-- > 0) throw new Error('odd')
    return object
  }
  const { heard, watch } = reflecting(context, [ok(listOf(5, []))], { project })
  const first = await watch(1)
  first.push(event('ADDED', configMap('a', 6)), event('ADDED', configMap('odd', 7)), event('ADDED', configMap('b', 8)))
  await until(() => heard.length === 1)
  const second = await watch(2)
  second.push(event('ADDED', configMap('odd', 7)), event('ADDED', configMap('b', 8)))
  await until(() => heard.length === 3)
  assert.deepEqual(heard, ['→a@6', '→odd@7', '→b@8'])
})

test('keeps objects without managedFields, frozen, and shares the rest', async (context) => {
  const a = { ...configMap('a', 1, { managedFields: [{}] }), data: { x: 'y' } }
  const b = configMap('b', 2)
  const { store } = reflecting(context, [ok(listOf(5, [a, b]))])
  await store.synced
  const kept = store.get({ namespace: 'default', name: 'a' })
  assert.deepEqual(kept, { ...configMap('a', 1), data: { x: 'y' } })
  assert.ok(Object.isFrozen(kept?.metadata))
  assert.equal(kept?.data, a.data)
  assert.equal(store.get({ namespace: 'default', name: 'b' }), b)
})

test('ends with its signal, in the middle of a watch', async (context) => {
  const { watch, stop, running } = reflecting(context, [ok(listOf(5, []))])
  const stream = await watch(1)
  stop.abort()
  await running
  assert.ok(!stream.isOpen)
})

test('a bookmark without a version moves nothing; a server without versions is listed each time', async (context) => {
  const { watch } = reflecting(context, [ok(listOf(5, []))])
  const first = await watch(1)
  first.push(event('BOOKMARK', { metadata: {} }))
  first.end()
  assert.equal((await watch(2)).request.query?.resourceVersion, '5')
  const bare = reflecting(context, [ok({ metadata: {}, items: [] })])
  ;(await bare.watch(1)).end()
  await bare.watch(2)
  assert.equal(bare.metrics.read('reflector_lists_total{resource="configmaps"}'), 2)
})

test('an event that comes twice, or too late, changes nothing, and is no progress', async (context) => {
  const { heard, watch } = reflecting(context, [ok(listOf(5, [configMap('a', 3), configMap('b', 4)]))])
  const first = await watch(1)
  first.push(event('MODIFIED', configMap('a', 6)), event('MODIFIED', configMap('a', 2)))
  first.push(event('DELETED', configMap('b', 1)), bookmark(3), event('ADDED', configMap('c', 7)))
  first.push(event('ADDED', configMap('gone', 6)))
  await until(() => heard.length === 4)
  assert.deepEqual(heard, ['→a@3', '→b@4', 'a@3→a@6', '→c@7'])
  first.push(event('ADDED', configMap('c', 7)))
  first.end()
  assert.equal((await watch(2)).request.query?.resourceVersion, '7')
})

test('who only ever says the same again is not asked all the time', async (context) => {
  const { watch, transport } = reflecting(context, [ok(listOf(5, [configMap('a', 3)]))], { waitMs: 600_000 })
  const first = await watch(1)
  first.push(event('MODIFIED', configMap('a', 3)), bookmark(5))
  first.end()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(transport.streams.length, 1)
})

test('a server that asks for time is given it', async (context) => {
  const { transport, watch, restarts } = reflecting(context, [ok(listOf(5, []))])
  transport.refusals.push(new ApiError(status(429, 'TooManyRequests', { retryAfterSeconds: 0.2 }).body as Status))
  const begun = performance.now()
  await watch(1)
  assert.ok(performance.now() - begun >= 190)
  assert.equal(restarts('throttled'), 1)
})

describe('a server that is restored from a backup', () => {
  const before = ok(listOf(50, [configMap('a', 40), configMap('b', 45)]))
  const restored = [{ ...configMap('a', 40), data: { x: 'another' } }, configMap('c', 20)]

  test('is found out when the connection comes back, and its versions are not those of before', async (context) => {
    const { watch, heard, log, transport } = reflecting(context, [before, ok(listOf(42, restored))])
    const first = await watch(1)
    heard.length = 0
    first.end(new Error('ECONNRESET'))
    const second = await watch(2)
    assert.deepEqual(heard, ['b@45→', 'a@40→a@40', '→c@20'])
    assert.equal(second.request.query?.resourceVersion, '42')
    assert.ok(log.lines.some(({ message }) => /older version/.test(message)))
    assert.deepEqual(transport.requests[2]?.query, { limit: '1', labelSelector: 'a=b' })
  })

  test('is found out by its list, too', async (context) => {
    const { watch, heard } = reflecting(context, [before, ok(listOf(42, restored))])
    const first = await watch(1)
    heard.length = 0
    first.push(event('ERROR', status(410, 'Expired').body))
    await watch(2)
    assert.deepEqual(heard, ['b@45→', 'a@40→a@40', '→c@20'])
  })

  test('is found out by a comparison', async (context) => {
    const { watch, heard, reflector } = reflecting(context, [before, ok(listOf(42, restored))])
    await watch(1)
    heard.length = 0
    await reflector.check()
    await watch(2)
    assert.deepEqual(heard, ['b@45→', 'a@40→a@40', '→c@20'])
  })

  test('that does not say where it is, is believed to be where it was', async (context) => {
    const { watch } = reflecting(context, [before, () => status(403, 'Forbidden')])
    const first = await watch(1)
    first.end(new Error('ECONNRESET'))
    assert.equal((await watch(2)).request.query?.resourceVersion, '50')
  })

  test('is asked again when it does not answer', async (context) => {
    const away = () => Promise.reject(new Error('ECONNREFUSED'))
    const { watch } = reflecting(context, [before, away, away, ok(listOf(51, []))])
    const first = await watch(1)
    first.end(new Error('ECONNRESET'))
    assert.equal((await watch(2)).request.query?.resourceVersion, '50')
  })
})

describe('a comparison with the server', () => {
  const first = ok(listOf(5, [configMap('a', 3), configMap('b', 4)]))
  const checks = (metrics: { read(text: string): number | undefined }, result: string) =>
    metrics.read(`flotilla_cache_checks_total{resource="configmaps",result="${result}"}`) ?? 0

  test('reads identities alone, page by page, and changes nothing when they are the same', async (context) => {
    const pages = [ok(listOf(9, [configMap('a', 3)], 'more')), ok(listOf(9, [configMap('b', 4)]))]
    const { watch, reflector, metrics, transport, heard } = reflecting(context, [first, ...pages], { pageSize: 1 })
    const stream = await watch(1)
    await reflector.check()
    assert.equal(checks(metrics, 'equal'), 1)
    assert.ok(stream.isOpen)
    assert.equal(heard.length, 2)
    assert.match(transport.requests[2]?.headers?.accept ?? '', /as=PartialObjectMetadataList/)
    assert.deepEqual(
      transport.requests.slice(2).map(({ path, query }) => [path, query]),
      [
        ['/api/v1/configmaps', { limit: '1', labelSelector: 'a=b' }],
        ['/api/v1/configmaps', { limit: '1', labelSelector: 'a=b', continue: 'more' }],
      ],
    )
  })

  test('finds what no watch told of: changed, gone and come', async (context) => {
    const now = ok(listOf(9, [configMap('a', 7), configMap('c', 8)]))
    const { watch, reflector, metrics, heard, log } = reflecting(context, [first, now])
    const stream = await watch(1)
    heard.length = 0
    await reflector.check()
    await watch(2)
    assert.ok(!stream.isOpen)
    assert.deepEqual(heard, ['b@4→', 'a@3→a@7', '→c@8'])
    assert.equal(checks(metrics, 'different'), 1)
    assert.equal(metrics.read('flotilla_cache_differences_total{resource="configmaps"}'), 3)
    assert.ok(log.lines.some(({ fields }) => fields.objects === 3))
  })

  test('gives what is on its way the time to come', async (context) => {
    const setting = reflecting(context, [first, ok(listOf(9, [configMap('a', 7), configMap('b', 4)]))])
    const { watch, reflector, metrics, transport } = setting
    const stream = await watch(1)
    const checked = reflector.check()
    await until(() => transport.requests.length === 3)
    stream.push(event('MODIFIED', configMap('a', 7)))
    await checked
    assert.equal(checks(metrics, 'equal'), 1)
    assert.ok(stream.isOpen)
  })

  test('that fails is counted, and not made while nothing is watched', async (context) => {
    const { watch, reflector, metrics, transport } = reflecting(context, [first, () => status(500, 'InternalError')], {
      waitMs: 600_000,
    })
    const stream = await watch(1)
    await reflector.check()
    assert.equal(checks(metrics, 'failed'), 1)
    stream.end(new Error('ECONNRESET'))
    await until(() => !stream.isOpen)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const before = transport.requests.length
    await reflector.check()
    assert.equal(transport.requests.length, before)
  })
})
