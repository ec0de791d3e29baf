import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { createClient } from './client.ts'
import { createLease, type LeaseOptions } from './lease.ts'
import { MemoryServer } from './testing/memory-server.ts'
import { recordingLog } from './testing/surroundings.ts'
import { until } from './testing/until.ts'

const path = '/apis/coordination.k8s.io/v1/namespaces/system/leases/leader'
const held = (holderIdentity: string, leaseDurationSeconds: number): Manifest => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'system', name: 'leader' },
  spec: { holderIdentity, leaseDurationSeconds, renewTime: '2000-01-01T00:00:00.000000Z', leaseTransitions: 3 },
})

/** One who wants the lease, and what happened to it. */
function wanting(test: TestContext, server: MemoryServer, identity: string, options: Partial<LeaseOptions> = {}) {
  const log = recordingLog()
  const lease = createLease({
    client: createClient(server),
    namespace: 'system',
    name: 'leader',
    identity,
    log,
    durationMs: 1_000,
    deadlineMs: 200,
    retryMs: 5,
    ...options,
  })
  const stop = new AbortController()
  const happened: string[] = []
  let leading: AbortSignal | undefined
  const onGained = (signal: AbortSignal) => {
    leading = signal
    happened.push('gained')
  }
  const onLost = () => void happened.push(`lost, ${leading?.aborted ? 'told' : 'not told'}`)
  const running = lease.hold(stop.signal, onGained, onLost)
  test.after(async () => {
    stop.abort()
    await running
  })
  return { happened, stop, running, log, leads: () => leading !== undefined && !leading.aborted }
}

const specOf = (server: MemoryServer) => server.at(path)?.spec as Record<string, unknown> // a lease has one

test('takes a lease that is not there, renews it, and gives it back', async (context) => {
  const server = new MemoryServer()
  const a = wanting(context, server, 'a')
  await until(a.leads)
  const { renewTime, acquireTime, ...rest } = specOf(server)
  assert.deepEqual(rest, { holderIdentity: 'a', leaseDurationSeconds: 1, leaseTransitions: 0 })
  assert.match(String(renewTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  await until(() => specOf(server).renewTime !== renewTime)
  assert.equal(specOf(server).acquireTime, acquireTime)
  a.stop.abort()
  await a.running
  assert.equal(specOf(server).holderIdentity, '')
  assert.deepEqual(a.happened, ['gained', 'lost, told'])
})

test('one leads at a time; the next takes over at once when it is given back', async (context) => {
  const server = new MemoryServer()
  const a = wanting(context, server, 'a')
  await until(a.leads)
  const b = wanting(context, server, 'b')
  const reads = server.requests.length
  await until(() => server.requests.length > reads + 20)
  assert.deepEqual([a.leads(), b.leads()], [true, false])
  a.stop.abort()
  await until(b.leads)
  assert.equal(specOf(server).leaseTransitions, 1)
})

test('many who begin together agree on one', async (context) => {
  const server = new MemoryServer()
  const all = ['a', 'b', 'c', 'd'].map((identity) => wanting(context, server, identity))
  await until(() => all.some(({ leads }) => leads()))
  const seen = server.requests.length
  await until(() => server.requests.length > seen + 30)
  assert.equal(all.filter(({ leads }) => leads()).length, 1)
})

test('a lease that shows no sign of life for its duration is free, whatever time it shows', async (context) => {
  const server = new MemoryServer()
  server.put(path, held('dead', 1))
  const begun = performance.now()
  const a = wanting(context, server, 'a')
  await until(a.leads)
  assert.ok(performance.now() - begun >= 1_000, 'the old time in it is not taken for old')
  assert.deepEqual([specOf(server).holderIdentity, specOf(server).leaseTransitions], ['a', 4])
})

test('its own lease it takes up again at once', async (context) => {
  const server = new MemoryServer()
  server.put(path, held('a', 1000))
  const a = wanting(context, server, 'a')
  await until(a.leads)
  assert.equal(specOf(server).leaseTransitions, 3)
})

test('who cannot renew stops leading before the others may begin, though its calls hang', async (context) => {
  const server = new MemoryServer()
  const a = wanting(context, server, 'a')
  await until(a.leads)
  const answer = server.send.bind(server)
  server.send = () => new Promise(() => {})
  await until(() => !a.leads())
  server.send = answer
  await until(a.leads)
  assert.deepEqual(a.happened, ['gained', 'lost, told', 'gained'])
})

test('who finds another name on the lease stops at once', async (context) => {
  const server = new MemoryServer()
  const a = wanting(context, server, 'a', { deadlineMs: 60_000 })
  await until(a.leads)
  server.put(path, held('b', 1000))
  await until(() => !a.leads())
  assert.deepEqual(a.happened, ['gained', 'lost, told'])
})

test('somebody else writing to the lease does not end it', async (context) => {
  const server = new MemoryServer()
  const a = wanting(context, server, 'a')
  await until(a.leads)
  const { renewTime } = specOf(server)
  server.put(path, { ...held('', 0), metadata: { name: 'leader', labels: { x: 'y' } }, spec: specOf(server) })
  await until(() => specOf(server).renewTime !== renewTime)
  assert.deepEqual(a.happened, ['gained'])
  assert.deepEqual(
    a.log.lines.filter(({ level }) => level === 'warn'),
    [],
  )
})

test('the lease is given back only after what it guarded has ended', async () => {
  const server = new MemoryServer()
  const client = createClient(server)
  const lease = createLease({ client, namespace: 'system', name: 'leader', identity: 'a', log: recordingLog() })
  const stop = new AbortController()
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const running = lease.hold(
    stop.signal,
    () => stop.abort(),
    () => finished,
  )
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(specOf(server).holderIdentity, 'a')
  finish()
  await running
  assert.equal(specOf(server).holderIdentity, '')
})

test('a clock that is set moves no lease', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) })
  const server = new MemoryServer()
  const a = wanting(context, server, 'a')
  await until(a.leads)
  const b = wanting(context, server, 'b')
  for (const days of [2, -300, 40]) {
    context.mock.timers.setTime(Date.now() + days * 86_400_000)
    const { renewTime } = specOf(server)
    await until(() => specOf(server).renewTime !== renewTime)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual([a.happened, b.happened], [['gained'], []])
  }
})

test('the lease is kept up while what it guards ends', async (context) => {
  const server = new MemoryServer()
  const client = createClient(server)
  const options = {
    client,
    namespace: 'system',
    name: 'leader',
    log: recordingLog(),
    durationMs: 1_000,
    deadlineMs: 400,
  }
  const a = createLease({ ...options, identity: 'a', retryMs: 20 })
  const stop = new AbortController()
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
  const running = a.hold(
    stop.signal,
    () => stop.abort(),
    () => finished,
  )
  const b = wanting(context, server, 'b')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  assert.deepEqual([a.isHeld, b.leads()], [true, false])
  finish()
  await running
  assert.equal(a.isHeld, false)
  await until(b.leads)
})

test('who was asleep knows that it holds nothing before any timer rings', async () => {
  const server = new MemoryServer()
  const client = createClient(server)
  const options = { client, namespace: 'system', name: 'leader', log: recordingLog(), durationMs: 100, deadlineMs: 50 }
  const lease = createLease({ ...options, identity: 'a', retryMs: 10 })
  const stop = new AbortController()
  const { promise: gained, resolve } = Promise.withResolvers<AbortSignal>()
  const running = lease.hold(stop.signal, resolve, () => undefined)
  const leading = await gained
  assert.equal(lease.isHeld, true)
  const woken = performance.now() + 80
  while (performance.now() < woken);
  assert.deepEqual([lease.isHeld, leading.aborted], [false, false])
  stop.abort()
  await running
})

test('what others have seen of a lease for long need not be waited for again', async (context) => {
  const server = new MemoryServer()
  const dead = server.put(path, held('dead', 1))
  const lease = createLease({
    client: createClient(server),
    namespace: 'system',
    name: 'leader',
    identity: 'a',
    log: recordingLog(),
  })
  lease.see(dead as never) // it is one
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const stop = new AbortController()
  const begun = performance.now()
  const { promise: gained, resolve } = Promise.withResolvers<void>()
  const running = lease.hold(stop.signal, () => resolve(), () => undefined) // biome-ignore format: nothing depends on it
  context.after(async () => {
    stop.abort()
    await running
  })
  await gained
  assert.ok(performance.now() - begun < 500)
})
