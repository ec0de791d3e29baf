import { setTimeout as pause } from 'node:timers/promises'
import { createLog, createMetrics, type ExposedMetrics, type LogOptions } from '@flotilla/core'
import { createClient, createRuntime, httpTransport, loadKubeconfig, type Runtime } from '@flotilla/kube'
import {
  createResponder,
  importFacts,
  importFactsKinds,
  keepZone,
  ServiceZone,
  serviceFacts,
  serviceFactsKind,
  sliceFacts,
  sliceFactsKind,
  startDnsServer,
  type ZoneOptions,
  type ZoneStores,
} from '@flotilla/mcs/dns'
import { type Log, reasonOf } from '@flotilla/sdk'
import type { Address } from '../commands/options.ts'
import { type HealthFlags, interrupted, serveHealth } from '../daemon.ts'

export interface DnsFlags extends HealthFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly listen: Address
  readonly domain: string
  readonly ttl: number
  readonly negativeTtl: number
  readonly topologyZone?: string
  readonly logLevel: NonNullable<LogOptions['level']>
}

/** How long until a cluster that does not know ServiceImports is asked again, in milliseconds. */
const again = 2_000

/** The first version of ServiceImports the cluster serves; it waits until there is one. */
async function servedImports({ discovery, log, signal }: Runtime, tell: (problem: string) => void) {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for (const kind of importFactsKinds) if (await discovery.find(kind.apiVersion, kind.kind)) return kind
      if (attempt === 0) log.warn('the cluster does not know ServiceImports; they are waited for')
      tell('the cluster does not know ServiceImports')
    } catch (error) {
      if (attempt === 0) log.warn('the cluster does not answer; it is asked again', { error })
      tell(`the cluster does not answer: ${reasonOf(error)}`)
    }
    await pause(again, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}

/** What of a cluster is needed, and no more, from watches. */
async function storesOf(runtime: Runtime, tell: (problem: string) => void): Promise<ZoneStores | undefined> {
  const kind = await servedImports(runtime, tell)
  return (
    kind && {
      imports: runtime.store(kind, { project: importFacts }),
      slices: runtime.store(sliceFactsKind, { project: sliceFacts }),
      services: runtime.store(serviceFactsKind, { project: serviceFacts }),
    }
  )
}

/** Fills a zone from a cluster; answers whether it is full. */
async function filled(runtime: Runtime, zone: ServiceZone, options: ZoneOptions, tell: (problem: string) => void) {
  const stores = await storesOf(runtime, tell)
  if (!stores) return false
  tell('the caches of the cluster are not full yet')
  await keepZone(zone, stores, { ...options, metrics: runtime.metrics })
  return true
}

function reach(
  open: AsyncDisposableStack,
  options: Parameters<typeof httpTransport>[0],
  log: Log,
  metrics: ExposedMetrics,
): Runtime {
  const life = new AbortController()
  const transport = open.adopt(httpTransport({ ...options, metrics }), (transport) => transport.close())
  open.defer(() => life.abort())
  const client = createClient(transport, { fieldManager: 'flotilla-dns' })
  return createRuntime({ client, name: 'flotilla-dns', log, metrics, signal: life.signal })
}

const placeText = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

/** Answers the names of a cluster's imported services until someone interrupts it. It listens once it knows them. */
export async function runDns(flags: DnsFlags): Promise<void> {
  const stop = interrupted()
  const log = createLog({ level: flags.logLevel })
  const metrics = createMetrics()
  const { domain, ttl, negativeTtl, topologyZone } = flags
  const options = { domain, ttl, negativeTtl, ...(topologyZone && { topologyZone }), now: () => new Date() }
  let unready = ['the cluster has not been asked yet']
  await using open = new AsyncDisposableStack()
  open.use(await serveHealth(flags, metrics, () => unready))
  const runtime = reach(open, await loadKubeconfig(flags.kubeconfig, flags.context), log, metrics)
  const zone = new ServiceZone(options)
  const fill = filled(runtime, zone, options, (problem) => {
    unready = [problem]
  })
  if (!(await Promise.race([fill, stop.then(() => false)]))) return
  const respond = createResponder({ zone, metrics })
  const { host } = flags.listen
  const server = open.use(await startDnsServer({ respond, log, host, port: flags.listen.port }))
  unready = []
  console.log(`ready, ${domain} is answered on ${placeText(host, server.port)}`)
  await stop
}
