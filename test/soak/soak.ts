import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mock } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, createRuntime, type HttpOptions, httpTransport, type Runtime } from '@flotilla/kube'
import {
  type Client,
  type Kind,
  keyOf,
  keyText,
  type Log,
  type Manifest,
  type Metrics,
  type Store,
} from '@flotilla/sdk'
import { eventually } from '../kubectl.ts'
import { Gate, type Trouble } from './gate.ts'
import { Line, type Mood } from './line.ts'
import { randomOf } from './random.ts'

export interface SoakOptions {
  readonly seed: number
  /** The server, as one may reach it who may do everything. */
  readonly server: HttpOptions
  /** What happens until the caches are compared with a fresh list: an hour's worth. */
  readonly faults: number
  /** How often. */
  readonly hours: number
  /** The longest that a fault lasts. */
  readonly faultMs: number
  readonly say?: (text: string) => void
}

/** What a soak came to. */
export interface Soaked {
  readonly faults: ReadonlyMap<string, number>
  readonly writes: number
  /** Lists, watches, comparisons and so on, by metric and labels. */
  readonly counts: ReadonlyMap<string, number>
  /** How long caches took to be right when all was well again, at most. */
  readonly slowestMs: number
}

const configMap: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }
const secret: Kind = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', scope: 'Namespaced' }

const namespaces = ['soak-a', 'soak-b'] as const

/** Everything is a thousand times as fast as in production, so that an hour of faults takes seconds. */
const quick = {
  waits: { baseMs: 5, capMs: 40 },
  pageSize: 7,
  lagMs: 150,
}
const idleMs = 400
const heartbeatMs = 100
const timeoutMs = 400

/** Counts by name and labels. */
function counting(): { readonly metrics: Metrics; readonly counts: Map<string, number> } {
  const counts = new Map<string, number>()
  const textOf = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    `${name} ${Object.entries(labels)
      .filter(([label]) => label !== 'resource' && label !== 'host')
      .map(([, value]) => value)
      .join(' ')}`.trim()
  const add = (text: string, amount: number) => counts.set(text, (counts.get(text) ?? 0) + amount)
  const metrics: Metrics = {
    counter: ({ name }) => ({ add: (labels, amount = 1) => void add(textOf(name, labels), amount) }),
    gauge: () => ({ set: () => undefined, forget: () => undefined }),
    histogram: () => ({ observe: () => undefined }),
  }
  return { metrics, counts }
}

/** A log that keeps what should not be in it. */
function listening(): { readonly log: Log; readonly complaints: readonly string[] } {
  const complaints: string[] = []
  const nothing = () => undefined
  const error: Log['error'] = (message, fields) => void complaints.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: nothing, info: nothing, warn: nothing, error, with: () => log }
  return { log, complaints }
}

/** A cache, and what it told. */
interface Kept {
  readonly what: string
  readonly kind: Kind
  readonly selects: (object: Manifest) => boolean
  readonly store: Store<Manifest>
  readonly told: Map<string, Manifest>
}

/** Everything a listener hears begins where the last change of the object ended. */
function keep(
  runtime: Runtime,
  what: string,
  kind: Kind,
  options: Parameters<Runtime['store']>[1],
  selects: Kept['selects'],
): Kept {
  const store = runtime.store(kind, options) as Store<Manifest>
  const told = new Map<string, Manifest>()
  store.listen(({ before, after }) => {
    const key = keyText(keyOf((after ?? before) as Manifest))
    assert.equal(told.get(key), before, `${what}: the change of ${key} does not begin where the last one ended`)
    if (after) told.set(key, after)
    else told.delete(key)
  })
  return { what, kind, selects, store, told }
}

const kept = (runtime: Runtime, way: string): readonly Kept[] => {
  const isOurs = ({ metadata: { namespace = '' } }: Manifest) => namespace.startsWith('soak-')
  return [
    keep(runtime, `${way}: ConfigMaps`, configMap, {}, isOurs),
    keep(
      runtime,
      `${way}: ConfigMaps by label`,
      configMap,
      { labelSelector: 'side=left' },
      (object) => isOurs(object) && object.metadata.labels?.side === 'left',
    ),
    keep(
      runtime,
      `${way}: Secrets of a namespace`,
      secret,
      { namespace: 'soak-a' },
      ({ metadata }) => metadata.namespace === 'soak-a',
    ),
  ]
}

type Fault = Exclude<Mood, 'well'> | Exclude<Trouble, 'none' | 'swallows'> | 'resets' | 'cut off' | 'clock jumps'

const faults: readonly Fault[] = [
  'silent',
  'slow',
  'away',
  'resets',
  'cut off',
  'clock jumps',
  'throttles',
  'forgets',
  'breaks',
  'cuts',
  'repeats',
]

/** Users who write all the time, straight to the server. */
class Users {
  readonly #client: Client
  readonly #random: () => number
  writes = 0

  constructor(client: Client, random: () => number) {
    this.#client = client
    this.#random = random
  }

  async write(): Promise<void> {
    const kind = this.#random() < 0.7 ? configMap : secret
    const name = `o${Math.floor(this.#random() * 25)}`
    const namespace = namespaces[Math.floor(this.#random() * 2)] ?? namespaces[0]
    const labels = { side: this.#random() < 0.5 ? 'left' : 'right' }
    const isGoing = this.#random() < 0.25
    const data = { text: Buffer.from('é'.repeat(Math.floor(this.#random() * 300))).toString('base64') }
    this.writes++
    if (isGoing) return void (await this.#client.delete(kind, { namespace, name }))
    const body = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { namespace, name, labels }, data }
    await this.#client.patch(kind, { namespace, name }, { type: 'apply', body, force: true })
  }
}

/** Objects in a line each: what holds them, their version and what is in them. */
const said = (objects: Iterable<Manifest>): readonly string[] =>
  [...objects]
    .map(
      (object) =>
        `${keyText(keyOf(object))} ${object.metadata.resourceVersion} ${hash('md5', JSON.stringify(object.data))}`,
    )
    .sort()

const same = { missing: [], wrong: [] }

const difference = (lines: readonly string[], expected: readonly string[]) => ({
  missing: expected.filter((line) => !lines.includes(line)),
  wrong: lines.filter((line) => !expected.includes(line)),
})

/**
 * Puts a client's caches behind lines that break in every way, while users write; after each hour's worth of faults the
 * lines are mended, and caches, and what they told, have to be what a fresh list is. What is done follows from the seed.
 */
export async function soak(options: SoakOptions): Promise<Soaked> {
  const { server, seed, say = () => undefined } = options
  const random = randomOf(seed)
  const life = new AbortController()
  await using open = new AsyncDisposableStack()
  const straight = httpTransport(server)
  open.defer(() => straight.close())
  const client = createClient(straight)
  for (const name of namespaces)
    await client.patch(
      { ...configMap, kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' },
      { name },
      { type: 'apply', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, force: true },
    )

  const gate = await Gate.open({ upstream: straight, random })
  open.defer(() => gate.close())
  const { hostname, port } = new URL(server.server)
  assert.equal(hostname, '127.0.0.1')
  const lines = [await Line.open({ port: Number(port) }), await Line.open({ port: gate.port })] as const
  for (const line of lines) open.defer(() => line.close())

  const { metrics, counts } = counting()
  const { log, complaints } = listening()
  const reach = { idleMs, heartbeatMs, connectMs: timeoutMs, metrics }
  const direct: HttpOptions = { ...server, ...reach, server: `https://127.0.0.1:${lines[0].port}` }
  const guarded: HttpOptions = { ...reach, server: `http://127.0.0.1:${lines[1].port}` }
  open.defer(() => life.abort())
  const behind = (what: string, way: HttpOptions, checkPeriod: number): readonly Kept[] => {
    const transport = httpTransport(way)
    open.defer(() => transport.close())
    const runtime = createRuntime({
      client: createClient(transport, { timeoutMs }),
      name: 'soak',
      log,
      metrics,
      signal: life.signal,
      caching: { ...quick, checkPeriod },
    })
    return kept(runtime, what)
  }
  const watched = [...behind('a direct line', direct, 0), ...behind('a gate', guarded, 0)]
  const compared = behind('a gate, compared', guarded, 300)
  const users = new Users(client, random)
  for (let write = 0; write < 30; write++) await users.write()

  const suffered = new Map<string, number>()
  mock.timers.enable({ apis: ['Date'], now: Date.now() })
  open.defer(() => mock.timers.reset())

  async function suffer(fault: Fault): Promise<void> {
    suffered.set(fault, (suffered.get(fault) ?? 0) + 1)
    const line = lines[Math.floor(random() * lines.length)] ?? lines[0]
    if (fault === 'silent' || fault === 'slow' || fault === 'away') line.turn(fault)
    else if (fault === 'resets') for (const each of lines) each.reset()
    else if (fault === 'cut off') for (const each of lines) each.cut(Math.floor(random() * 3_000))
    else if (fault === 'clock jumps') mock.timers.setTime(Math.max(0, Date.now() + (random() - 0.5) * 86_400_000))
    else gate.turn(fault)
    const until = performance.now() + random() * options.faultMs
    do {
      await users.write()
      await sleep(random() * 10)
    } while (performance.now() < until)
    for (const each of lines) each.turn('well')
    gate.turn('none')
  }

  async function agree(caches: readonly Kept[]): Promise<number> {
    const begun = performance.now()
    const fresh = new Map<Kind, readonly Manifest[]>()
    for (const kind of [configMap, secret]) fresh.set(kind, (await client.list(kind)).items as readonly Manifest[])
    await eventually(async () => {
      assert.deepEqual(complaints, [], `seed ${seed}`)
      for (const { what, kind, selects, store, told } of caches) {
        const expected = said(fresh.get(kind)?.filter(selects) ?? [])
        assert.deepEqual(difference(said(store.list().filter(selects)), expected), same, `${what}, seed ${seed}`)
        const heard = said([...told.values()].filter(selects))
        assert.deepEqual(difference(heard, expected), same, `what was told of ${what}, seed ${seed}`)
      }
    }, 20_000)
    return performance.now() - begun
  }

  let slowestMs = await agree([...watched, ...compared])
  for (let hour = 0; hour < options.hours; hour++) {
    const order = faults.map((fault) => [random(), fault] as const).sort(([a], [b]) => a - b)
    for (let index = 0; index < options.faults; index++) await suffer(order[index % order.length]?.[1] ?? 'resets')
    const ms = await agree([...watched, ...compared])
    slowestMs = Math.max(slowestMs, ms)
    say(`hour ${hour + 1}: ${users.writes} writes, caches right after ${Math.round(ms)} ms`)
  }

  // What a watch loses without a word, nobody hears of but who compares.
  const missed = () => counts.get('flotilla_cache_differences_total') ?? 0
  const before = missed()
  gate.turn('swallows')
  lines[1].reset()
  for (let write = 0; write < 40; write++) await users.write()
  await sleep(50)
  gate.turn('none')
  await agree(compared)
  assert.ok(missed() > before, `what was lost was found by comparing, seed ${seed}`)
  return { faults: suffered, writes: users.writes, counts, slowestMs }
}
