import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createLog, createMetrics } from '@flotilla/core'
import { createResponder, importFacts, namesOf, ServiceZone, sliceFacts, startDnsServer } from '@flotilla/mcs/dns'
import type { Asked, Asking } from './dns-client.ts'
import { print } from './measure.ts'
import { several } from './scenes.ts'

export interface DnsOptions {
  /** Services, every tenth of which is headless with 20 endpoints in each cluster. */
  readonly n: number
  readonly clusters: number
  readonly seconds: number
}

const options = { domain: 'clusterset.local', ttl: 5, negativeTtl: 5, now: () => new Date() }

const isHeadless = (index: number): boolean => index % 10 === 0

/** The endpoints a headless Service has in a cluster. */
function sliceAt(service: number, cluster: number) {
  const endpoints = several(20, (i) => ({
    addresses: [`10.${cluster}.${service & 255}.${i + 1}`],
    hostname: `db-${i}`,
  }))
  const labels = {
    'multicluster.kubernetes.io/service-name': `s${service}`,
    'multicluster.kubernetes.io/source-cluster': `c${cluster}`,
  }
  const ports = [{ name: 'http', port: 80 }]
  return sliceFacts({ metadata: { name: `s${service}-c${cluster}`, namespace: 'shop', labels }, endpoints, ports })
}

function zoneOf({ n, clusters }: DnsOptions): ServiceZone {
  const zone = new ServiceZone(options)
  for (const index of Array(n).keys()) {
    const metadata = { name: `s${index}`, namespace: 'shop' }
    const ports = [{ name: 'http', port: 80 }]
    const type = isHeadless(index) ? 'Headless' : 'ClusterSetIP'
    const service = importFacts({ metadata, spec: { type, ips: [`10.200.${index >> 8}.${index & 255}`], ports } })
    const slices = isHeadless(index) ? several(clusters, (cluster) => sliceAt(index, cluster)) : []
    zone.set(metadata, namesOf({ service, derivedIps: [], slices }, options))
  }
  return zone
}

const rate = (count: number, seconds: number): string => `${Math.round(count / seconds).toLocaleString('en')}/s`

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** One client in a process of its own asks for a while; what that took of this process. */
async function asked(port: number, asking: Omit<Asking, 'port'>) {
  const client = fork(new URL('dns-client.js', import.meta.url))
  const cpu = cpuSeconds()
  client.send({ ...asking, port } satisfies Asking)
  const [got] = (await once(client, 'message')) as [Asked]
  const used = cpuSeconds() - cpu
  client.kill()
  return `${rate(got.answers, got.seconds)}, ${rate(got.answers, used)} of one core, ${got.lost} lost`
}

/** How many questions a server answers; 20,000 in a second is what one core should do. */
export async function dns(load: DnsOptions): Promise<void> {
  const start = cpuSeconds()
  const zone = zoneOf(load)
  const built = cpuSeconds() - start
  const log = createLog({ level: 'error' })
  const respond = createResponder({ zone, metrics: createMetrics() })
  await using server = await startDnsServer({ respond, log, port: 0 })
  const { n, seconds } = load
  const figures: Record<string, string> = { 'all names made': `${built.toFixed(1)} s of one core` }
  const one = { n, seconds, headless: false, random: false }
  figures['a few names'] = await asked(server.port, { ...one, n: Math.min(n, 500) })
  figures['all names'] = await asked(server.port, one)
  figures['never the same question'] = await asked(server.port, { ...one, random: true })
  figures.headless = await asked(server.port, { ...one, headless: true })
  figures['resident at most'] = `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`
  print(figures)
}
