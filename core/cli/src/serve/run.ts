import { type ControlPlane, createControlPlane } from '@flotilla/core'
import type { Address } from '../commands/options.ts'
import { type Daemon, openDaemon } from '../daemon.ts'
import { plugins } from '../fleet/plugins.ts'
import { openClusterApi, registerClusterApi } from './cluster-api.ts'
import type { ClusterApi } from './cluster-apis.ts'
import { fieldManager, type Host, install, reachHost, type Site } from './host.ts'
import { lead } from './lead.ts'
import type { Place } from './place.ts'
import { registerWebhooks } from './register.ts'
import { serveWebhooks } from './webhooks.ts'

export interface ServeFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly config?: string
  readonly webhookBindAddress: Address
  readonly webhookUrl?: string
  readonly webhookService?: Place['service']
  readonly healthProbeBindAddress?: Address
  readonly metricsBindAddress?: Address
  readonly leaderElect: boolean
  readonly clusterApi: ClusterApi
  readonly shards: number
  /** Milliseconds. */
  readonly leaseDuration: number
}

export interface ServeOptions extends ServeFlags {
  readonly version: string
}

/** Milliseconds each end may take: the lease comes after the controllers, and all of it fits into the half minute a pod has. */
const patienceAtEnd = {
  webhooks: 12_000,
  controllers: 8_000,
  shards: 14_000,
  lease: 14_000,
  connections: 2_000,
  health: 1_000,
}

type ServeDaemon = Daemon<keyof typeof patienceAtEnd>

const placeOf = ({ webhookUrl, webhookService, webhookBindAddress: { port } }: ServeFlags): Place => {
  if (webhookService) return { service: webhookService }
  return { url: webhookUrl ?? `https://127.0.0.1:${port}` }
}

function checkFlags({ shards, leaderElect }: ServeFlags): void {
  if (shards > 1 && !leaderElect)
    throw new Error('shards are divided by leases: with --shards, leave out --no-leader-elect')
}

async function controlPlaneOver(
  { client, user }: Host,
  { config, log, metrics, life }: ServeDaemon,
  { version, shards }: ServeOptions,
): Promise<ControlPlane> {
  return createControlPlane({
    client,
    reviewsAs: user,
    letsAgentsIn: config.pullMode,
    config,
    log,
    metrics,
    version,
    signal: life.signal,
    shards,
    plugins: await plugins(config),
  })
}

/** Has the API server ask us: for admission and conversion, and for Clusters when they are served here. Answers what ends that. */
async function answer(
  controlPlane: ControlPlane,
  { client, user, users }: Host,
  { place, ca, authority }: Site,
  { clusterApi: api, webhookBindAddress }: ServeOptions,
  { log, open, end, starting }: ServeDaemon,
): Promise<() => Promise<void>> {
  const clusters = api === 'aggregated' ? await openClusterApi(client, users(), controlPlane, log) : undefined
  const webhooks = await serveWebhooks(authority, webhookBindAddress, controlPlane.ask, clusters)
  const close = () => end('webhooks', () => webhooks[Symbol.asyncDispose]())
  open.defer(close)
  await registerWebhooks(client, { place, ca, writer: { user, fieldManager } }, starting)
  if (clusters) await registerClusterApi(client, { place, ca }, log, starting)
  return close
}

/** Does what there is to do, when and as far as leases say so. */
function work(
  controlPlane: ControlPlane,
  { client, replica: identity }: Host,
  { leaderElect, leaseDuration, shards }: ServeOptions,
  { log, metrics, life, open, end }: ServeDaemon,
): Promise<void> {
  if (!leaderElect) return controlPlane.run()
  return lead({ controlPlane, client, leaseDuration, identity, log, metrics, shards, life, open, end })
}

/** Runs a control plane over a real Kubernetes API server until someone interrupts it; throws when it ends by itself. */
export async function runServe(options: ServeOptions): Promise<void> {
  checkFlags(options)
  let points: ControlPlane['points'] = () => []
  await using daemon = await openDaemon({ ...options, patienceAtEnd, points: () => points() })
  const { waits, stop, open, life } = daemon
  const host = await reachHost(daemon, options)
  open.defer(() => life.abort()) // before its connections are closed
  const site = await install(host, { ...options, place: placeOf(options) }, daemon)
  const controlPlane = await controlPlaneOver(host, daemon, options)
  points = controlPlane.points
  const endAnswers = await answer(controlPlane, host, site, options, daemon)
  waits.clear()
  console.log('ready')

  const working = work(controlPlane, host, options, daemon)
  working.catch(() => undefined) // whoever waits for it is told
  await Promise.race([stop, working])
  waits.add('it is stopping')
  await endAnswers() // while plugins still answer: they end with the lease
}
