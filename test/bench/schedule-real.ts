import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Binding,
  type Client,
  clusterKind,
  crds,
  customResourceDefinitionKind,
  isTrue,
  type Kind,
  type Patch,
  resourceBindingKind,
} from '@flotilla/sdk'
import { eventually } from '../kubectl.ts'
import { type RealCluster, startCluster } from '../real/cluster.ts'
import { type Etcd, startEtcd } from '../real/etcd.ts'
import { atOnce, print, useOf } from './measure.ts'
import { growth, requests } from './requests.ts'
import { bindingAt, clusterAt, type Scene, several } from './scenes.ts'
import { type ScheduleOptions, type Spent, scheduler, spent } from './schedule.ts'

/** How many writes are under way at once: as many as the scheduler has workers. */
const width = 32

const namespaceKind: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }

/** The kinds, as they are stored: nobody asks for another version here. */
async function install(client: Client): Promise<void> {
  await atOnce(8, crds, async ({ spec, ...crd }) => {
    const body = { ...crd, spec: { ...spec, conversion: { strategy: 'None' } } }
    await client.create(customResourceDefinitionKind, body as (typeof crds)[number])
  })
  await eventually(async () => {
    const { items } = await client.list(customResourceDefinitionKind)
    const conditions = items.map(({ status }) => (status as Binding['status'])?.conditions)
    if (!conditions.every((each) => isTrue(each, 'Established'))) throw new Error('kinds are not there yet')
  })
}

async function fillClusters(client: Client, count: number): Promise<void> {
  await atOnce(width, several(count, clusterAt), async (object) => {
    const { resourceVersion } = (await client.create(clusterKind, object)).metadata
    const metadata = { ...object.metadata, ...(resourceVersion && { resourceVersion }) }
    await client.update(clusterKind, { ...object, metadata }, { subresource: 'status' })
  })
}

async function fillBindings(client: Client, scene: Scene, namespace: string, n: number): Promise<void> {
  await client.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const placed = several(n, (index) => bindingAt(scene, index)).map(({ metadata, ...binding }) => ({
    ...binding,
    metadata: { ...metadata, namespace },
  }))
  await atOnce(width, placed, (binding) => client.create(resourceBindingKind, binding))
}

interface Written {
  readonly name: string
  readonly patch: Patch
  readonly subresource: string | undefined
}

/** The same client, whose patches are kept. */
const recording = (client: Client, written: Written[]): Client => ({
  ...client,
  patch: (kind, key, patch, options) => {
    written.push({ name: key.name, patch, subresource: options?.subresource })
    return client.patch(kind, key, patch, options)
  },
})

/** The scheduler, from its start until every binding has its clusters and says so. */
async function scheduled(client: Client, { n, decisions }: ScheduleOptions, namespace: string) {
  const life = new AbortController()
  const written: Written[] = []
  const plane = scheduler(recording(client, written), decisions, life.signal)
  const { resourceVersion } = await client.list(resourceBindingKind)
  const events = client.watch(resourceBindingKind, { namespace, resourceVersion, signal: life.signal })
  const [placed, said] = [new Set<string>(), new Set<string>()]
  const start = performance.now()
  let placedIn = 0
  let running: Promise<void> | undefined
  const took = await spent(async () => {
    running = plane.run()
    for await (const event of events) {
      if (event.type === 'BOOKMARK') continue
      const { metadata, spec, status } = event.object
      if (spec.clusters?.length) placed.add(metadata.name)
      if (placed.size === n) placedIn ||= (performance.now() - start) / 1000
      if (isTrue(status?.conditions, 'Scheduled')) said.add(metadata.name)
      if (said.size === n) return
    }
  })
  life.abort()
  await running
  return { ...took, placedIn, written }
}

/** The same patches, one after the other as fast as they are answered, with nobody thinking. */
function replayed(client: Client, written: readonly Written[], namespace: string): Promise<Spent> {
  return spent(() =>
    atOnce(width, written, ({ name, patch, subresource }) => {
      const { metadata: { resourceVersion: _, ...metadata } = {}, ...rest } = patch.body as Partial<Binding>
      const body = { ...rest, ...(Object.keys(metadata).length > 0 && { metadata }) }
      return client.patch(resourceBindingKind, { namespace, name }, { type: 'merge', body }, subresource ? { subresource } : {}) // biome-ignore format: one call
    }),
  )
}

const cpuOf = ({ server }: RealCluster, etcd: Etcd) => ({
  server: useOf(server.pid).cpu,
  etcd: useOf(etcd.process.pid).cpu,
})

async function measured(host: RealCluster, etcd: Etcd, run: () => Promise<Spent>) {
  const before = cpuOf(host, etcd)
  const took = await run()
  const after = cpuOf(host, etcd)
  return { ...took, server: after.server - before.server, etcd: after.etcd - before.etcd }
}

const figures = (n: number, { seconds, cpu, server, etcd }: Awaited<ReturnType<typeof measured>>): string => {
  const each = (spentBy: number) => `${((spentBy / n) * 1e3).toFixed(2)} ms`
  return `${(n / seconds).toFixed(0)}/s; CPU each: ${each(cpu)} here, ${each(server)} API server, ${each(etcd)} etcd`
}

/** Prints how many bindings a second get their clusters over a real API server, and how many the server would take. */
export async function scheduleReal(options: ScheduleOptions): Promise<void> {
  const { n, clusters } = options
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
  await using open = new AsyncDisposableStack()
  const etcd = open.use(await startEtcd(dir))
  const host = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
  const { client } = host
  await install(client)
  await fillClusters(client, clusters)
  console.log(`${n} bindings over ${clusters} clusters, a kube-apiserver over etcd`)
  for (const scene of ['static', 'dynamic'] as const) {
    const [namespace, spare] = [`${scene}-scheduled`, `${scene}-floor`]
    await fillBindings(client, scene, namespace, n)
    let run: Awaited<ReturnType<typeof scheduled>> | undefined
    const before = await requests(host)
    const took = await measured(host, etcd, async () => {
      run = await scheduled(client, options, namespace)
      return run
    })
    const asked = growth(before, await requests(host))
    if (!run) throw new Error('nothing was scheduled')
    const { written, placedIn } = run
    for (const { metadata } of (await client.list(resourceBindingKind, { namespace })).items)
      await client.delete(resourceBindingKind, metadata)
    await fillBindings(client, scene, spare, n)
    const least = await measured(host, etcd, () => replayed(client, written, spare))
    const results = written.filter(({ subresource }) => !subresource).length
    print({
      [scene]: '',
      'have their clusters': `${(n / placedIn).toFixed(0)}/s`,
      'and say so': figures(n, took),
      'PATCHes each': `${(results / n).toFixed(2)} of the binding, ${((written.length - results) / n).toFixed(2)} of its status`,
      'floor: those PATCHes': figures(n, least),
      'as fast as the floor': `${((least.seconds / took.seconds) * 100).toFixed(0)} %`,
      'what the API server counted': asked.map(([what, count]) => `${count} ${what}`).join(', '),
    })
    for (const { metadata } of (await client.list(resourceBindingKind, { namespace: spare })).items)
      await client.delete(resourceBindingKind, metadata)
  }
}
