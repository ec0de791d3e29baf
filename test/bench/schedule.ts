import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createApiServer, inProcessTransport, masters, sqliteStorage } from '@flotilla/apiserver'
import { assigningPlugins } from '@flotilla/assigning'
import {
  type ControlPlane,
  createControlPlane,
  createLog,
  createMetrics,
  readConfig,
  type StageName,
  stages,
} from '@flotilla/core'
import { estimatingPlugins } from '@flotilla/estimating'
import { createClient } from '@flotilla/kube'
import { schedulingPlugins } from '@flotilla/scheduling'
import {
  type Binding,
  type Client,
  clusterKind,
  crds,
  deepFreeze,
  isTrue,
  type Placement,
  resourceBindingKind,
} from '@flotilla/sdk'
import { fakeClient, Objects } from '@flotilla/sdk/testing'
import { newDataDir } from '../up.ts'
import { atOnce, fittedExponent, print } from './measure.ts'
import { bindingAt, clusterAt, type Scene, several } from './scenes.ts'

export interface Load {
  readonly n: number
  readonly clusters: number
}

export interface ScheduleOptions extends Load {
  /** MiB in which decisions are kept. */
  readonly decisions: number
}

const log = createLog({ level: 'error' })

/** Only the scheduler, with its plugins as a control plane loads them. */
export function scheduler(
  client: Client,
  decisionMemory: number,
  signal: AbortSignal,
  stages: readonly StageName[] = ['schedule'],
): ControlPlane {
  const plugins = [...schedulingPlugins, ...estimatingPlugins, ...assigningPlugins]
  return createControlPlane({
    client,
    config: { ...readConfig(), decisionMemory },
    plugins: plugins.map((plugin) => ({ plugin, trusted: true })),
    log,
    metrics: createMetrics(),
    signal,
    version: '0.0.0',
    stages,
  })
}

export interface Spent {
  readonly seconds: number
  /** CPU seconds. */
  readonly cpu: number
}

export async function spent(run: () => Promise<unknown>): Promise<Spent> {
  const before = process.cpuUsage()
  const start = performance.now()
  await run()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }
}

type Placed = Binding & { readonly spec: { readonly placement: Placement } }

const isPlaced = (binding: Binding): binding is Placed => binding.spec.placement !== undefined

/** Decisions alone: no queue, no cache, no write. */
async function decide(scene: Scene, { n, clusters }: Load): Promise<Spent> {
  const life = new AbortController()
  const { ask } = scheduler(fakeClient(new Objects()), 0, life.signal)
  const snapshot = stages.snapshotOf(several(clusters, clusterAt).map(deepFreeze))
  const bindings = several(n, (index) => deepFreeze(bindingAt(scene, index))).filter(isPlaced)
  const all = async (some: readonly Placed[]) => {
    for (const binding of some) await stages.schedule(ask, { binding, snapshot, fresh: false })
  }
  await all(bindings.slice(0, 200)) // until the code is warm
  const took = await spent(() => all(bindings))
  life.abort()
  return took
}

/** Resolves when so many bindings are scheduled. */
async function allScheduled(client: Client, n: number, signal: AbortSignal): Promise<void> {
  const done = new Set<string>()
  const { resourceVersion } = await client.list(resourceBindingKind)
  for await (const event of client.watch(resourceBindingKind, { resourceVersion, signal })) {
    if (event.type !== 'BOOKMARK' && isTrue(event.object.status?.conditions, 'Scheduled'))
      done.add(event.object.metadata.name)
    if (done.size === n) return
  }
}

interface Run extends Spent {
  readonly patches: number
}

/** The scheduler as it runs, from its start until everything has its clusters and says so. */
async function run(client: Client, { n, decisions }: ScheduleOptions): Promise<Run> {
  const life = new AbortController()
  let patches = 0
  const counting: Client = {
    ...client,
    patch: (...args) => {
      patches++
      return client.patch(...args)
    },
  }
  const plane = scheduler(counting, decisions, life.signal)
  const finished = allScheduled(client, n, life.signal)
  let running: Promise<void> | undefined
  const took = await spent(() => {
    running = plane.run()
    return finished
  })
  life.abort()
  await running
  return { ...took, patches }
}

/** With objects that only lie in memory: what is left is the scheduler itself. */
export function runInMemory(scene: Scene, options: ScheduleOptions): Promise<Run> {
  const bindings = several(options.n, (index) => bindingAt(scene, index))
  const generation = 1
  const objects = [
    ...several(options.clusters, clusterAt).map((each) => ({ ...each, ...clusterKind })),
    ...bindings.map((each) => ({ ...each, metadata: { ...each.metadata, generation } })),
  ]
  return run(fakeClient(new Objects(objects)), options)
}

async function fill(client: Client, scene: Scene, { n, clusters }: Load): Promise<void> {
  await atOnce(64, several(clusters, clusterAt), async (object) => {
    const { resourceVersion } = (await client.create(clusterKind, object)).metadata
    const metadata = { ...object.metadata, ...(resourceVersion && { resourceVersion }) }
    await client.update(clusterKind, { ...object, metadata }, { subresource: 'status' })
  })
  const bindings = several(n, (index) => bindingAt(scene, index))
  await atOnce(64, bindings, (binding) => client.create(resourceBindingKind, binding))
}

/** Something done with an embedded API server that is ready to be scheduled. */
async function onServer<T>(scene: Scene, load: Load, use: (client: Client) => Promise<T>): Promise<T> {
  const storage = sqliteStorage({ path: join(newDataDir(), 'bench.db') })
  const server = await createApiServer({ name: 'bench', storage, crds, log })
  const client = createClient(inProcessTransport(server, { name: 'bench', groups: [masters] }))
  try {
    await fill(client, scene, load)
    return await use(client)
  } finally {
    await server.close()
  }
}

/** The same writes for each binding, with nobody thinking. */
function floor(client: Client, { n }: Load, twice: boolean): Promise<Spent> {
  return spent(() =>
    atOnce(32, several(n, String), async (index) => {
      const key = { namespace: 'default', name: `app-${index}-deployment` }
      const clusters = [{ name: 'cluster-1', replicas: 10 }]
      await client.patch(resourceBindingKind, key, { type: 'merge', body: { spec: { clusters } } })
      const body = { status: { lastScheduledTime: new Date().toISOString() } }
      if (twice) await client.patch(resourceBindingKind, key, { type: 'merge', body }, { subresource: 'status' })
    }),
  )
}

const perSecond = ({ n }: Load, { seconds, cpu }: Spent): string =>
  `${(n / seconds).toFixed(0)}/s, ${(n / cpu).toFixed(0)} per CPU second`

/** Prints how many bindings a second get their clusters: thinking alone, the scheduler alone, and with an API server. */
export async function schedule(options: ScheduleOptions): Promise<void> {
  const { n, clusters } = options
  console.log(`${n} bindings over ${clusters} clusters`)
  for (const scene of ['static', 'dynamic', 'mixed', 'singular'] as const) {
    console.log(`\n${scene}`)
    const memory = await runInMemory(scene, options)
    const [server, least] = await onServer(scene, options, async (client) => {
      const scheduled = await run(client, options)
      return [scheduled, await floor(client, options, scheduled.patches > 1.5 * n)]
    })
    print({
      'decisions alone': perSecond(options, await decide(scene, options)),
      'scheduler, in memory': perSecond(options, memory),
      'with an API server': `${perSecond(options, server)}, ${(server.patches / n).toFixed(2)} PATCHes each (one, where Works are summed up)`,
      'floor: those PATCHes': perSecond(options, least),
      'CPU above the floor': `${(server.cpu / least.cpu).toFixed(2)} times`,
    })
  }
}

/** Prints how the time of a decision grows with the clusters. */
export async function scheduleCurve({ n }: Pick<Load, 'n'>): Promise<void> {
  const sizes = [100, 500, 1000, 5000]
  console.log(`microseconds of CPU for each of ${n} decisions`)
  for (const scene of ['static', 'dynamic', 'mixed', 'singular'] as const) {
    const points: [clusters: number, micros: number][] = []
    for (const clusters of sizes) points.push([clusters, ((await decide(scene, { n, clusters })).cpu / n) * 1e6])
    const figures = points.map(([clusters, micros]) => `${clusters}: ${micros.toFixed(0)}`).join('  ')
    console.log(`${scene.padEnd(8)}  ${figures}  grows as n^${fittedExponent(points).toFixed(2)}`)
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

/** What lives on the heap, once nothing else does: bytes. */
function live(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

/** Prints what an API server and a scheduler in one process need for so many objects. */
export async function scheduleMemory(options: ScheduleOptions): Promise<void> {
  const { n, clusters } = options
  const [before, lived] = [process.memoryUsage(), live()]
  await onServer('dynamic', options, async (client) => {
    const filled = process.memoryUsage()
    const took = await run(client, options)
    const after = process.memoryUsage()
    const alive = live()
    const peak = process.resourceUsage().maxRSS * 1024
    print({
      'to be scheduled': `${n} bindings over ${clusters} clusters, API server and scheduler in one process`,
      'scheduled in': `${took.seconds.toFixed(1)} s, ${took.cpu.toFixed(1)} s CPU`,
      'RSS at the start': mebibytes(before.rss),
      'RSS, all objects there': mebibytes(filled.rss),
      'RSS, all scheduled': mebibytes(after.rss),
      'RSS at its most': mebibytes(peak),
      'alive on the heap': mebibytes(alive),
      'for each binding': `${((alive - lived) / n / 1024).toFixed(1)} KiB`,
    })
  })
}
