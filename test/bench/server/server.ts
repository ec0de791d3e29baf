import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { print } from '../measure.ts'
import { type Apart, apart } from './apart.ts'
import type { tasks as clientTasks, Done } from './client.ts'
import { type Load, loads, told } from './loads.ts'
import type { Places, tasks as serverTasks } from './serve.ts'
import { sqliteRate } from './sqlite.ts'
import type { Place } from './wire.ts'

export interface ServerOptions {
  /** Objects of each kind; a fifth of those that memory and start are measured with, ten times the watchers. */
  readonly n: number
  /** Which measurements; by default all. */
  readonly only?: readonly string[] | undefined
  /** Hears the figures, by name. */
  readonly show?: (figures: Readonly<Record<string, string>>) => void
}

type Server = Apart<typeof serverTasks>
type Client = Apart<typeof clientTasks>

/** What a measurement works with: nothing is stored yet. */
interface Bench {
  readonly n: number
  readonly dir: string
  readonly server: Server
  readonly plain: Server
  readonly client: Client
  readonly places: Places
  readonly floor: Place
}

type Figures = Readonly<Record<string, string>>

const width = 32

const textOf = ({ manifest }: Load): string => JSON.stringify(manifest)
const nameOf = ({ manifest }: Load): string => manifest.metadata.name
const whole = (number: number): string => Math.round(number).toLocaleString('en')
const ms = (number: number): string => `${number < 10 ? number.toFixed(1) : whole(number)} ms`
const percent = (share: number): string => `${Math.round(share * 100)} %`

/** As flotilla and its image start Node; garbage is collected before memory is looked at. */
const flags = ['--heap-growing-percent=60', '--max-semi-space-size=16', '--expose-gc']
const startServer = (): Server => apart(new URL('serve.js', import.meta.url), flags)
const startClient = (): Client => apart(new URL('client.js', import.meta.url))

/** What something cost a server. */
async function costOf<T>(server: Server, work: () => Promise<T>) {
  const before = await server.ask('use', undefined)
  const done = await work()
  const after = await server.ask('use', undefined)
  return { done, cpu: after.cpu - before.cpu, longest: after.longest }
}

/** Many requests, and what they cost the server. */
async function run(server: Server, client: Client, many: Parameters<(typeof clientTasks)['many']>[0]) {
  const { done, cpu } = await costOf(server, () => client.ask('many', many))
  return { ...done, rate: many.count / done.seconds, each: (cpu / many.count) * 1e6 }
}

type Run = Done & { readonly rate: number; readonly each: number }

const rateText = ({ rate, each, p50, p99 }: Run): string =>
  `${whole(rate)}/s, ${whole(each)} us of CPU each, half within ${ms(p50)}, 99 % within ${ms(p99)}`

const besides = (run: Run, floor: Run): string =>
  `${rateText(run)}; ${percent(run.rate / floor.rate)} of plain fastify, ${(run.each / floor.each).toFixed(1)} times its CPU`

/** Creates all of a load. */
const create = ({ n, server, client }: Bench, place: Place, load: Load, count = n) => {
  const asked = { method: 'POST', path: load.collection, body: textOf(load) }
  return run(server, client, { place, asked, count, width })
}

const created = new WeakMap<Bench, Set<string>>()

/** There are `n` of a load. */
async function have(bench: Bench, load: Load): Promise<void> {
  const had = created.get(bench) ?? new Set()
  created.set(bench, had)
  if (!had.has(load.name)) await create(bench, bench.places.person, load)
  had.add(load.name)
}

async function creates(bench: Bench): Promise<Figures> {
  const { n, plain, client, floor, dir, places } = bench
  const { configMap, deployment } = loads
  const asked = { method: 'POST', path: '/', body: textOf(configMap) }
  const limit = await run(plain, client, { place: floor, asked, count: n, width })
  const batch = { count: n, batch: width, text: textOf(configMap) }
  const figures: Record<string, string> = { 'plain fastify, POST': rateText(limit) }
  figures[`SQLite, ${width} in a transaction`] = `${whole(sqliteRate(dir, batch))}/s`
  for (const load of Object.values(loads))
    figures[`creates: ${load.name}`] = besides(await create(bench, places.person, load), limit)
  created.set(bench, new Set(Object.values(loads).map(({ name }) => name)))
  const tokens = { ...deployment, manifest: { ...deployment.manifest, metadata: { name: 'by-token-#' } } }
  figures['creates: Deployment, with a token'] = besides(await create(bench, places.account, tokens), limit)
  return figures
}

async function gets(bench: Bench): Promise<Figures> {
  const { n, server, plain, client, floor, places } = bench
  const count = n * 3
  const get = (who: Place, load: Load) => {
    const asked = { method: 'GET', path: `${load.collection}/${nameOf(load)}` }
    return run(server, client, { place: who, asked, count, width, below: n })
  }
  const limit = await run(plain, client, { place: floor, asked: { method: 'GET', path: '/' }, count, width })
  const figures: Record<string, string> = { 'plain fastify, GET': rateText(limit) }
  for (const load of Object.values(loads)) {
    await have(bench, load)
    figures[`gets: ${load.name}`] = besides(await get(places.person, load), limit)
  }
  figures['gets: ConfigMap, with a token'] = besides(await get(places.account, loads.configMap), limit)
  return figures
}

/** A list, and how long others wait meanwhile. */
async function list(bench: Bench): Promise<Figures> {
  const { n, server, client, places } = bench
  const { collection } = loads.configMap
  await have(bench, loads.configMap)
  const place = places.person
  const one = { method: 'GET', path: `${collection}/${nameOf(loads.configMap).replace('#', '0')}` }
  const figures: Record<string, string> = {}
  const measure = async (name: string, path: string, headers = 'accept: application/json\r\n', count = 10) => {
    await client.ask('keepAsking', { place, asked: one })
    const many = { place, asked: { method: 'GET', path, headers }, count, width: 1 }
    const { done, cpu, longest } = await costOf(server, () => client.ask('many', many))
    const others = await client.ask('stopAsking', undefined)
    const took = `half within ${ms(done.p50)}, 99 % within ${ms(done.p99)}, ${ms((cpu / count) * 1000)} of CPU each, ${(done.bytes / 1e6).toFixed(1)} MB`
    figures[name] =
      `${took}; the longest turn of the loop ${ms(longest)}, a get meanwhile at most ${ms(others.longest)}`
  }
  await measure(`list of ${whole(n)}`, collection)
  await measure(`list of ${whole(n)}, gzip`, collection, 'accept: application/json\r\naccept-encoding: gzip\r\n')
  await measure('list as a table', collection, 'accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n')
  await measure('a page of 500', `${collection}?limit=500`, undefined, 50)
  return figures
}

async function watchers(bench: Bench): Promise<Figures> {
  const { n, server, plain, client, floor, places } = bench
  const { collection, manifest } = told
  const count = Math.max(1, Math.round(n / 10))
  const times = Math.min(50, count)
  const body = JSON.stringify(manifest)
  const tell = async (to: Server, place: Place, path: string) => {
    await client.ask('watch', { place, path, count })
    const asked = { method: 'PUT', path: `${collection}/${nameOf(told)}`, body }
    const { done, cpu } = await costOf(to, () => client.ask('tell', { place, asked, times }))
    await client.ask('leave', undefined)
    return { ...done, each: ((cpu / times) * 1e6) / count }
  }
  const text = ({ p50, p99, slowest, each }: Awaited<ReturnType<typeof tell>>) =>
    `half within ${ms(p50)}, 99 % within ${ms(p99)}, the last of all after ${ms(slowest)}, ${each.toFixed(1)} us of CPU each`
  const limit = await tell(plain, floor, '/watch')
  await create(bench, places.person, told, 1)
  const path = `${collection}?watch=true`
  const figures = await tell(server, places.person, path)
  return {
    [`plain fastify, a line to ${whole(count)}`]: text(limit),
    [`an event to ${whole(count)} watchers`]: `${text(figures)}; ${(figures.p99 / limit.p99).toFixed(1)} times plain fastify`,
    ...(await idle(bench, path, count)),
  }
}

/** What connections and watches cost that do nothing. */
async function idle({ server, client, places }: Bench, path: string, count: number): Promise<Figures> {
  const residentWith = async (path: string | undefined) => {
    const before = await server.ask('use', undefined)
    await client.ask('watch', { place: places.person, path, count })
    const { resident } = await server.ask('use', undefined)
    await client.ask('leave', undefined)
    return `${whole(((resident - before.resident) * 1024) / count)} KiB each`
  }
  return {
    [`${whole(count)} idle connections`]: await residentWith(undefined),
    [`${whole(count)} idle watches`]: await residentWith(path),
  }
}

/** Many objects, in a server that has nothing else, and then in one that starts with them. */
async function memory({ n }: Pick<Bench, 'n'>): Promise<Figures> {
  const count = n * 5
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
  const text = ({ resident, heap }: { resident: number; heap: number }) =>
    `${whole(resident)} MiB resident, ${whole(heap)} MiB of heap`
  try {
    await using client = startClient()
    const figures: Record<string, string> = {}
    {
      await using server = startServer()
      const { person } = await server.ask('open', { dir })
      figures['an empty server'] = text(await server.ask('use', undefined))
      await create({ n, server, client } as Bench, person, loads.configMap, count)
      figures[`${whole(count)} objects, written`] = text(await server.ask('use', undefined))
      await server.ask('close', undefined)
    }
    await using server = startServer()
    const { person, seconds, cpu } = await server.ask('open', { dir })
    figures[`start with ${whole(count)}`] = `${seconds.toFixed(2)} s until it answers, ${cpu.toFixed(2)} s of CPU`
    figures[`${whole(count)} objects, after the start`] = text(await server.ask('use', undefined))
    const asked = { method: 'GET', path: `${loads.configMap.collection}?limit=500` }
    const first = await client.ask('many', { place: person, asked, count: 1, width: 1 })
    figures['the first page after the start'] = ms(first.p50)
    await server.ask('close', undefined)
    return figures
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** A client that stops reading, while much happens to what it watches. */
async function stuck(bench: Bench): Promise<Figures> {
  const { n, server, client, places } = bench
  const { collection, manifest } = loads.configMap
  const path = `${collection}?watch=true`
  const before = await server.ask('use', undefined)
  await client.ask('stick', { place: places.person, path })
  const load = { ...loads.configMap, manifest: { ...manifest, metadata: { name: 'much-#' } } }
  await create(bench, places.person, load, n * 3)
  const after = await server.ask('use', undefined)
  const grown = `${whole(after.resident - before.resident)} MiB more, with the objects themselves`
  const end = (await client.ask('unstick', undefined)) ? 'cut off' : 'still connected'
  return { [`a watch that does not read ${whole(n * 3)} events`]: `${grown}; ${end}` }
}

const measurements: Readonly<Record<string, (bench: Bench) => Promise<Figures>>> = {
  creates,
  gets,
  list,
  watchers,
  memory,
  stuck,
}

/**
 * The embedded API server as `flotilla up` has it, over HTTPS, asked from a process of its own by a user whom roles allow it: beside what fastify
 * and SQLite alone do on the same machine, at the same time.
 */
export async function server({ n, only = Object.keys(measurements), show = print }: ServerOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
  try {
    await using own = startServer()
    await using other = startServer()
    await using client = startClient()
    const places = await own.ask('open', { dir })
    const floor = await other.ask('openPlain', { dir, body: textOf(loads.configMap) })
    const bench = { n, dir, server: own, plain: other, client, places, floor }
    for (const name of only) show((await measurements[name]?.(bench)) ?? {})
  } finally {
    rmSync(dir, { recursive: true })
  }
}
