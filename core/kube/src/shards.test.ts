import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from './client.ts'
import { createShards, leaderLabels, type ShardsOptions, type Turn, undivided } from './shards.ts'
import { MemoryServer } from './testing/memory-server.ts'
import { recordingLog, recordingMetrics } from './testing/surroundings.ts'
import { until } from './testing/until.ts'

const leases = '/apis/coordination.k8s.io/v1/namespaces/system/leases'

/** A leader who divides the work so. */
function leads(server: MemoryServer, shards: number): void {
  const metadata = { namespace: 'system', name: 'plane', labels: leaderLabels(shards) }
  server.put(`${leases}/plane`, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata })
}

/** Who works on each shard at this moment, and whether two ever did. */
class Ledger {
  readonly #workers = new Map<number, Set<string>>()
  isBroken = false

  begin(shard: number, who: string): void {
    const workers = this.#workers.get(shard) ?? new Set()
    this.#workers.set(shard, workers.add(who))
    this.isBroken ||= workers.size > 1
  }

  end(shard: number, who: string): void {
    this.#workers.get(shard)?.delete(who)
  }

  of(who: string): number {
    return [...this.#workers.values()].filter((workers) => workers.has(who)).length
  }
}

interface Wanting extends Partial<ShardsOptions> {
  readonly server: MemoryServer
  readonly ledger: Ledger
  /** How long what was begun takes to end. */
  readonly lastStep?: (turn: Turn) => Promise<void>
}

/** A replica that wants its share. */
function replica(test: TestContext, identity: string, { server, ledger, lastStep, ...options }: Wanting) {
  const stop = new AbortController()
  const metrics = recordingMetrics()
  let isDead = false
  const client = createClient({
    address: 'memory',
    close: async () => undefined,
    stream: (request) => server.stream(request),
    send: (request) => (isDead ? new Promise(() => undefined) : server.send(request)),
  })
  const shards = createShards({
    client,
    namespace: 'system',
    name: 'plane',
    shards: 4,
    identity,
    log: recordingLog(),
    metrics,
    durationMs: 1_000,
    deadlineMs: 400,
    retryMs: 10,
    ...options,
  })
  const running = shards.hold(stop.signal, async (turn) => {
    ledger.begin(turn.shard, identity)
    await new Promise((resolve) => turn.signal.addEventListener('abort', resolve, { once: true }))
    await lastStep?.(turn)
    ledger.end(turn.shard, identity)
  })
  const end = async () => {
    stop.abort()
    await running
  }
  test.after(end)
  return {
    shards,
    metrics,
    end,
    /** It does not reach the server any more. */
    cutOff: () => {
      isDead = true
    },
    works: () => ledger.of(identity),
  }
}

function begin() {
  const server = new MemoryServer()
  const ledger = new Ledger()
  leads(server, 4)
  return { server, ledger }
}

test('who is alone works on all shards', async (context) => {
  const { server, ledger } = begin()
  const a = replica(context, 'a', { server, ledger })
  await until(() => a.works() === 4)
  assert.deepEqual(a.shards.held, [0, 1, 2, 3])
  assert.equal(a.metrics.read('flotilla_shards_held{}'), 4)
  assert.equal(server.at(`${leases}/plane-shard-2`)?.metadata.labels?.['flotilla.dev/shard'], '2')
})

test('who comes later gets its share, once what was begun has ended', async (context) => {
  const { server, ledger } = begin()
  let ended = 0
  const lastStep = async () => {
    await sleep(50)
    ended++
  }
  const a = replica(context, 'a', { server, ledger, lastStep })
  await until(() => a.works() === 4)
  const b = replica(context, 'b', { server, ledger })
  await until(() => a.works() === 2 && b.works() === 2)
  assert.equal(ended, 2)
  assert.equal(ledger.isBroken, false)
  assert.equal(a.metrics.read('flotilla_shards_held{}'), 2)
})

test('who is told to end gives its shards back at once, and is forgotten', async (context) => {
  const { server, ledger } = begin()
  const [a, b] = ['a', 'b'].map((name) => replica(context, name, { server, ledger, durationMs: 60_000 }))
  assert.ok(a && b)
  await until(() => a.works() === 2 && b.works() === 2)
  await a.end()
  assert.equal(server.at(`${leases}/plane-replica-a`), undefined)
  await until(() => b.works() === 4)
  assert.equal(ledger.isBroken, false)
})

test('the shards of one that is lost move when its leases are over, and it has stopped before', async (context) => {
  const { server, ledger } = begin()
  const [a, b] = ['a', 'b'].map((name) => replica(context, name, { server, ledger }))
  assert.ok(a && b)
  await until(() => a.works() === 2 && b.works() === 2)
  const lost = performance.now()
  a.cutOff()
  await until(() => a.works() === 0)
  assert.equal(b.works(), 2)
  await until(() => b.works() === 4)
  const took = performance.now() - lost
  assert.ok(took >= 900 && took < 2_500, `took ${took} ms with leases of one second`)
  assert.equal(ledger.isBroken, false)
})

test('what does not end in time is cut off, and does not keep a shard from others', async (context) => {
  const { server, ledger } = begin()
  const lastStep = ({ cut }: Turn) => new Promise<void>((resolve) => cut.addEventListener('abort', () => resolve()))
  const a = replica(context, 'a', { server, ledger, lastStep, graceMs: 1_200 })
  await until(() => a.works() === 4)
  const b = replica(context, 'b', { server, ledger })
  await until(() => b.works() === 2)
  assert.equal(ledger.isBroken, false)
})

test('many replicas that come at once agree, and nobody has more than its share', async (context) => {
  const { server, ledger } = begin()
  const all = ['a', 'b', 'c'].map((name) => replica(context, name, { server, ledger }))
  const shares = () => all.map(({ works }) => works()).sort()
  await until(() => shares().join() === '1,1,2')
  assert.equal(ledger.isBroken, false)
})

test('the number of the leader counts: who divides otherwise works on nothing', async (context) => {
  const { server, ledger } = begin()
  const a = replica(context, 'a', { server, ledger })
  const b = replica(context, 'b', { server, ledger, shards: 2 })
  await until(() => a.works() === 4)
  assert.equal(b.works(), 0)
  leads(server, 2)
  await until(() => a.works() === 0 && b.works() === 2)
  assert.equal(ledger.isBroken, false)
})

test('a leader waits until nobody works on shards of another number', async (context) => {
  const { server, ledger } = begin()
  const a = replica(context, 'a', { server, ledger })
  await until(() => a.works() === 4)
  leads(server, 1)
  const options = { client: createClient(server), namespace: 'system', shards: 1, retryMs: 10, log: recordingLog() }
  await undivided(options, new AbortController().signal)
  assert.equal(a.works(), 0)
})

test('leases of replicas that are gone for long are deleted', async (context) => {
  const { server, ledger } = begin()
  const a = replica(context, 'a', { server, ledger })
  const b = replica(context, 'b', { server, ledger, durationMs: 100, deadlineMs: 50 })
  await until(() => a.works() + b.works() === 4)
  a.cutOff()
  await until(() => server.at(`${leases}/plane-replica-a`) === undefined)
})
