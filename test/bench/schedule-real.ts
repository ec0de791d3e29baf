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
import { growth, isWrite, requests } from './requests.ts'
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

/** Who says of a success in the status: the scheduler, or whoever sums up Works, as in a whole control plane. */
type Teller = 'scheduler' | 'others'

/** The same client, whose patches are kept. What others say is answered as if it had been said. */
function recording(client: Client, written: Written[], teller: Teller): Client {
  const results = new Map<string, unknown>()
  const patch: Client['patch'] = async (kind, key, patch, options) => {
    const { subresource } = options ?? {}
    if (subresource === 'status' && teller === 'others') return results.get(key.name) as never // of this kind, and written before
    written.push({ name: key.name, patch, subresource })
    const result = await client.patch(kind, key, patch, options)
    results.set(key.name, result)
    return result
  }
  return { ...client, patch }
}

/** The scheduler, from its start until every binding has its clusters, and says so if it is the one to say it. */
async function scheduled(client: Client, { n, decisions }: ScheduleOptions, namespace: string, teller: Teller) {
  const life = new AbortController()
  const written: Written[] = []
  const plane = scheduler(recording(client, written, teller), decisions, life.signal)
  const { resourceVersion } = await client.list(resourceBindingKind)
  const events = client.watch(resourceBindingKind, { namespace, resourceVersion, signal: life.signal })
  const isDone = ({ spec, status }: Binding) =>
    teller === 'scheduler' ? isTrue(status?.conditions, 'Scheduled') : spec.clusters !== undefined
  const done = new Set<string>()
  let running: Promise<void> | undefined
  const took = await spent(async () => {
    running = plane.run()
    for await (const event of events) {
      if (event.type !== 'BOOKMARK' && isDone(event.object)) done.add(event.object.metadata.name)
      if (done.size === n) return
    }
  })
  life.abort()
  await running
  return { ...took, written }
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

interface Site {
  readonly client: Client
  readonly host: RealCluster
  readonly etcd: Etcd
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

async function emptied(client: Client, namespace: string): Promise<void> {
  const { items } = await client.list(resourceBindingKind, { namespace })
  await atOnce(width, items, ({ metadata }) => client.delete(resourceBindingKind, metadata))
}

const titles: Readonly<Record<Teller, string>> = {
  others: 'the status says so with what becomes of the Works, as in a whole control plane',
  scheduler: 'the scheduler says so itself',
}

async function compared({ client, host, etcd }: Site, scene: Scene, options: ScheduleOptions, teller: Teller) {
  const { n } = options
  const [namespace, spare] = [`${scene}-${teller}`, `${scene}-${teller}-floor`]
  await fillBindings(client, scene, namespace, n)
  const before = await requests(host)
  let written: readonly Written[] = []
  const took = await measured(host, etcd, async () => {
    const run = await scheduled(client, options, namespace, teller)
    written = run.written
    return run
  })
  const asked = growth(before, await requests(host)).filter(([what]) => isWrite(what))
  await emptied(client, namespace)
  await fillBindings(client, scene, spare, n)
  const least = await measured(host, etcd, () => replayed(client, written, spare))
  await emptied(client, spare)
  print({
    [`${scene}: ${titles[teller]}`]: '',
    scheduled: figures(n, took),
    'PATCHes each': (written.length / n).toFixed(2),
    'floor: those PATCHes': figures(n, least),
    'as fast as the floor': `${((least.seconds / took.seconds) * 100).toFixed(0)} %`,
    'writes, as the API server counts them': asked.map(([what, count]) => `${count} ${what}`).join(', '),
  })
}

/** Prints how many bindings a second get their clusters over a real API server, and how many the server would take. */
export async function scheduleReal(options: ScheduleOptions): Promise<void> {
  const { n, clusters } = options
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
  await using open = new AsyncDisposableStack()
  const etcd = open.use(await startEtcd(dir))
  const host = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
  const site = { client: host.client, host, etcd }
  await install(site.client)
  await fillClusters(site.client, clusters)
  console.log(`${n} bindings over ${clusters} clusters, a kube-apiserver over etcd`)
  for (const scene of ['static', 'dynamic'] as const)
    for (const teller of ['others', 'scheduler'] as const) await compared(site, scene, options, teller)
}
