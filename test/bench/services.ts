import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLog, createMetrics } from '@flotilla/core'
import { createClient, createRuntime, type Transport } from '@flotilla/kube'
import { mcsPlugins } from '@flotilla/mcs'
import {
  clusterKind,
  type EndpointSlice,
  endpointSliceKind,
  executionNamespace,
  type Host,
  type Kind,
  type Manifest,
  type Member,
  type MultiClusterService,
  multiClusterServiceKind,
  Registry,
  type ServiceExport,
  serviceExportV1beta1Kind,
  serviceKind,
  sliceLabel,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { cluster, fakeHost, manifest } from '@flotilla/sdk/testing'
import { serversApart } from './apart.ts'
import { atOnce, percentile, print } from './measure.ts'
import { several } from './scenes.ts'

export interface ServicesOptions {
  /** Services, each in one cluster, with endpoints there. Every cluster uses all of them. */
  readonly n: number
  readonly clusters: number
  readonly endpoints: number
  /** Changes of an endpoint. */
  readonly changes: number
}

const namespaceKind: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }

const apis = [
  { groupVersion: 'multicluster.x-k8s.io/v1beta1', resources: [{ name: 'serviceexports', kind: 'ServiceExport' }, { name: 'serviceimports', kind: 'ServiceImport' }] }, // biome-ignore format: one row
  { groupVersion: 'discovery.k8s.io/v1', resources: [{ name: 'endpointslices', kind: 'EndpointSlice' }] },
]

const nameOf = (service: number): string => `service-${service}`
const clusterOf = (index: number): string => `cluster-${index}`
const namespace = 'shop'

const serviceOf = (i: number): Manifest => ({
  ...manifest('v1', 'Service', { name: nameOf(i), namespace }),
  ...{ spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
})

/** The endpoints of a Service, the first of which is another one in each round. */
function sliceOf(i: number, endpoints: number, round = 0): EndpointSlice {
  const at = (j: number) => ({
    addresses: [`10.${(i >> 8) & 255}.${i & 255}.${j + 1}`],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: `node-${j}`,
    zone: `zone-${j % 3}`,
    targetRef: { kind: 'Pod', name: `${nameOf(i)}-${j}-${j === 0 ? round : 0}`, namespace, uid: `${i}-${j}` },
  })
  const first = { ...at(0), addresses: [`10.200.${(round >> 8) & 255}.${round & 255}`] }
  return {
    apiVersion: endpointSliceKind.apiVersion,
    kind: endpointSliceKind.kind,
    metadata: { name: `${nameOf(i)}-x`, namespace, labels: { [sliceLabel.service]: nameOf(i) } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: several(endpoints, (j) => (j === 0 ? first : at(j))),
  }
}

const log = createLog({ level: 'error' })

type Servers = ReadonlyMap<string, Transport>

/** The services across clusters, as in a control plane that began just now. */
function begin(servers: Servers) {
  const life = new AbortController()
  const metrics = createMetrics()
  const runtimeOf = (name: string) => {
    const transport = servers.get(name)
    if (!transport) throw new Error(`there is no ${name}`)
    return createRuntime({ client: createClient(transport), name: 'bench', log, metrics, signal: life.signal })
  }
  const runtime = runtimeOf('control plane')
  const names = [...servers.keys()].filter((name) => name !== 'control plane')
  const runtimes = names.map((name) => [name, runtimeOf(name)] as const)
  const members = new Map<string, Member>(
    runtimes.map(([name, { client, store }]) => [name, { name, client, ready: true, store }]),
  )
  const registry = new Registry()
  const host: Host = {
    ...fakeHost(),
    ...runtime,
    event: () => undefined,
    members: {
      get: (name) => members.get(name),
      list: () => [...members.values()],
      onReadiness: () => () => undefined,
    },
    ask: registry.ask,
    options: {},
    store: (kind) => runtime.store(kind),
    controller: (name) => runtime.controller(name),
  }
  for (const { extensions } of mcsPlugins) for (const each of extensions?.(host) ?? []) registry.add(each)
  const running = mcsPlugins
    .flatMap(({ controllers }) => controllers?.(host) ?? [])
    .map((controller) => controller.run(life.signal))
  const all = [runtime, ...runtimes.map(([, each]) => each)]
  return {
    isIdle: () => all.every((each) => each.isIdle(300)),
    end: async () => {
      life.abort()
      await Promise.allSettled(running)
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** All is there, and for a while nobody has anything to do: what is on its way from a server that is short of time may come later. */
async function settled(isIdle: () => boolean, isThere: () => boolean = () => true): Promise<void> {
  for (let calm = 0; calm < 20; await pause(100)) calm = isThere() && isIdle() ? calm + 1 : 0
}

/** MiB that are held after everything that is not has been collected. */
function held(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 3; i++) collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** How a Service gets from its cluster to the others. */
interface Way {
  readonly title: string
  /** What has to be where. */
  objects(options: ServicesOptions, service: number): Promise<Iterable<readonly [where: string, object: Manifest]>>
  /** What a consumer has when a change reached it. */
  readonly arrives: RegExp
}

const exported: Way = {
  title: 'exported by a ServiceExport in a member',
  objects: async (_, i) => [
    [
      'source',
      manifest(serviceExportV1beta1Kind.apiVersion, 'ServiceExport', {
        name: nameOf(i),
        namespace,
      }) as ServiceExport,
    ],
  ],
  arrives: /^EndpointSlice in cluster-/,
}

const provided: Way = {
  title: 'provided by a MultiClusterService, as far as to the Works',
  objects: async ({ clusters }, i) => {
    const of = several(clusters, (j) => ({ name: clusterOf(j) }))
    const spec = {
      types: ['CrossCluster'],
      providerClusters: [{ name: clusterOf(i % clusters) }],
      consumerClusters: of,
    }
    const by = manifest(multiClusterServiceKind.apiVersion, 'MultiClusterService', { name: nameOf(i), namespace, spec })
    return [
      ['control plane', serviceOf(i)],
      ['control plane', by as MultiClusterService],
    ]
  },
  arrives: /^Work in /,
}

const kinds: readonly Kind<never>[] = [serviceKind, endpointSliceKind, serviceExportV1beta1Kind, multiClusterServiceKind, clusterKind].map((kind) => kind as unknown as Kind<never>) // biome-ignore format: a list

const kindOf = ({ apiVersion, kind }: Manifest): Kind<Manifest> => {
  const found = kinds.find((each) => each.apiVersion === apiVersion && each.kind === kind)
  if (!found) throw new Error(`${kind} is not among the kinds of this bench`)
  return found as Kind<Manifest>
}

/** Who writes what the control plane acts upon. */
const byHand = 'user'

const usersOf = (servers: Servers) =>
  new Map([...servers].map(([name, transport]) => [name, createClient(transport, { userAgent: byHand })]))

async function fill(servers: Servers, way: Way, options: ServicesOptions): Promise<void> {
  const clients = usersOf(servers)
  const create = (where: string, object: Manifest) => clients.get(where)?.create(kindOf(object), object)
  for (const [name, client] of clients) {
    await client.create(namespaceKind, manifest('v1', 'Namespace', { name: namespace }))
    if (name === 'control plane') continue
    const there = clients.get('control plane')
    await there?.create(namespaceKind, manifest('v1', 'Namespace', { name: executionNamespace(name) }))
    const { status, ...joined } = cluster({ name, status: { apiEnablements: apis } })
    const made = await create('control plane', joined)
    await there?.update(clusterKind, { ...made, status } as never, { subresource: 'status' })
  }
  await atOnce(32, [...Array(options.n).keys()], async (i) => {
    const source = clusterOf(i % options.clusters)
    await create(source, serviceOf(i))
    await create(source, sliceOf(i, options.endpoints))
    for (const [where, object] of await way.objects(options, i))
      await create(where === 'source' ? source : where, object)
  })
}

const longest = 60_000

/** The same, unless it takes for ever. */
function inTime(promise: Promise<void>, what: () => string): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what()} is not everywhere after ${longest / 1000} s`)), longest)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Says what is done, and when: large ones take minutes. */
function telling() {
  const start = performance.now()
  return (what: string) => console.log(`  ${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${what}`)
}

const addressIn = (object: Manifest): string | undefined => {
  const slice = object.kind === workKind.kind ? (object as Work).spec.workload?.manifests?.[0] : object
  return (slice as EndpointSlice | undefined)?.endpoints?.[0]?.addresses[0]
}

async function along(way: Way, options: ServicesOptions) {
  const { n, clusters, endpoints, changes } = options
  const names = ['control plane', ...several(clusters, clusterOf)]
  const waiting = new Map<string, { left: number; readonly done: () => void }>()
  const writes = new Map<string, number>()
  let [arrivals, lastAt] = [0, 0]
  await using apart = await serversApart(names, (server, { method, headers }, body) => {
    const object = body as Manifest // of an answer that is no list, or it is not looked at
    if (method === 'GET' || headers?.['user-agent'] === byHand) return
    writes.set(object.kind, (writes.get(object.kind) ?? 0) + 1)
    if (!way.arrives.test(`${object.kind} in ${server}`)) return
    arrivals += addressIn(object) ? 1 : 0
    lastAt = performance.now()
    const wait = waiting.get(addressIn(object) ?? '')
    if (wait && --wait.left === 0) wait.done()
  })
  const servers = apart.transports
  console.log(`\n${way.title}`)
  const tell = telling()
  await fill(servers, way, options)
  tell('all of it is written')

  const [start, begun] = [performance.now(), process.threadCpuUsage()]
  const first = begin(servers)
  await settled(first.isIdle, () => arrivals >= n * clusters)
  const brought = lastAt - start
  const use = process.threadCpuUsage(begun)
  await first.end()
  tell('brought everywhere')

  const before = held()
  writes.clear()
  const second = begin(servers)
  await settled(second.isIdle)
  const coldWrites = [...writes.values()].reduce((sum, each) => sum + each, 0)
  const memory = held() - before
  tell('begun anew')
  writes.clear()

  const times: number[] = []
  const cpu = process.threadCpuUsage()
  const clients = usersOf(servers)
  await atOnce(4, [...Array(changes).keys()], async (round) => {
    const i = round % n
    const slice = sliceOf(i, endpoints, round + 1)
    const { promise, resolve } = Promise.withResolvers<void>()
    const left = way === provided ? clusters : way === exported ? clusters : 0 // a collected Work, and the others; or all
    waiting.set(addressIn(slice) ?? '', { left, done: resolve })
    const at = performance.now()
    await clients.get(clusterOf(i % clusters))?.update(endpointSliceKind, slice)
    await inTime(
      promise,
      () => `change ${round} of ${nameOf(i)}, ${waiting.get(addressIn(slice) ?? '')?.left} of ${left} left,`,
    )
    times.push(performance.now() - at)
  })
  const { user, system } = process.threadCpuUsage(cpu)
  await settled(second.isIdle)
  await second.end()
  const each = [...writes].map(([kind, count]) => `${(count / changes).toFixed(1)} ${kind}`).join(', ')
  print({
    'brought everywhere in': `${(brought / 1000).toFixed(1)} s, ${((use.user + use.system) / 1e6).toFixed(1)} s of CPU`,
    'writes of a new start': `${coldWrites}`,
    'held in caches': `${memory.toFixed(0)} MiB: ${((memory * 2 ** 20) / (n * endpoints)).toFixed(0)} bytes an endpoint`,
    'a change is everywhere, P50 / P99 / last': `${[0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(0)).join(' / ')} ms (${changes}, 4 at once)`,
    'CPU of a change': `${((user + system) / 1000 / changes).toFixed(1)} ms`,
    'writes of a change': each,
    'RSS at its most, servers included': `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
  })
}

/** Prints how soon a change of an endpoint is in every cluster, what it costs, and what is remembered for that. */
export async function services(options: ServicesOptions): Promise<void> {
  const { n, clusters, endpoints } = options
  console.log(`${n} Services of ${endpoints} endpoints, each from one of ${clusters} clusters to all`)
  for (const way of [exported, provided]) await along(way, options)
}
