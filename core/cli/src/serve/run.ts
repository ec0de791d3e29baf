import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  type Config,
  type ControlPlane,
  createControlPlane,
  createLog,
  createMetrics,
  readConfig,
  readConfigFile,
  throughStorage,
} from '@flotilla/core'
import { createClient, httpTransport, loadKubeconfig } from '@flotilla/kube'
import { clusterNamespace, systemNamespace } from '@flotilla/sdk'
import type { Address } from '../commands/options.ts'
import { interrupted, serveHealth } from '../daemon.ts'
import { ending, leave } from '../ending.ts'
import { plugins } from '../fleet/plugins.ts'
import { ensure, namespaceKind, namespaceOf } from '../join/kinds.ts'
import { naming } from '../output/sentence.ts'
import { preflight, serveDemands, whoAmI } from '../preflight/preflight.ts'
import { allowAgents } from './agents.ts'
import { openCertificates } from './certificates.ts'
import {
  checkClusterApi,
  clusterApiHosts,
  definitionsFor,
  openClusterApi,
  registerClusterApi,
  transportFor,
} from './cluster-api.ts'
import type { ClusterApi } from './cluster-apis.ts'
import { installKinds } from './install.ts'
import { lead } from './lead.ts'
import { clientConfig, hostsOf, type Place } from './place.ts'
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

/** Milliseconds the start may take before it is given up. */
const patience = 120_000

/** Milliseconds each end may take: the lease comes after the controllers, and all of it fits into the half minute a pod has. */
const patienceAtEnd = {
  webhooks: 12_000,
  controllers: 8_000,
  shards: 14_000,
  lease: 14_000,
  connections: 2_000,
  health: 1_000,
}

/** In whose name the control plane writes: it stands in `managedFields`. */
const fieldManager = 'flotilla-control-plane'

const placeOf = ({ webhookUrl, webhookService }: ServeFlags, { port }: { readonly port: number }): Place => {
  if (webhookService) return { service: webhookService }
  return { url: webhookUrl ?? `https://127.0.0.1:${port}` }
}

const configOf = (file: string | undefined): Config => (file ? readConfigFile(file) : readConfig())

/** Runs a control plane over a real Kubernetes API server until someone interrupts it; throws when it ends by itself. */
export async function runServe(options: ServeOptions): Promise<void> {
  const { shards, leaderElect, leaseDuration } = options
  if (shards > 1 && !leaderElect)
    throw new Error('shards are divided by leases: with --shards, leave out --no-leader-elect')
  const config = configOf(options.config)
  const stop = interrupted()
  const log = createLog({ level: config.logLevel })
  const metrics = createMetrics()
  const waits = new Set(['it is not set up yet'])
  await using open = new AsyncDisposableStack()
  open.defer(() => leave(log))
  const end = (what: keyof typeof patienceAtEnd, step: () => unknown) => ending(log, what, patienceAtEnd[what], step)
  let points: ControlPlane['points'] = () => []
  const health = await serveHealth(options, metrics, () => [...waits], { points: () => points() })
  open.defer(() => end('health', () => health.disposeAsync()))

  const identity = await naming('the control plane', () => loadKubeconfig(options.kubeconfig, options.context))
  const { clusterApi: api } = options
  const transport = transportFor(api, httpTransport({ ...identity, metrics }))
  open.defer(() => end('connections', () => transport.close()))
  const replica = `${hostname()}_${randomUUID()}`
  const client = createClient(transport, { fieldManager, userAgent: `flotilla/${options.version} (${replica})` })
  /** Another way to the API server, so that nobody who asks for Clusters is in the way of the control plane. */
  const users = () => open.adopt(throughStorage(httpTransport({ ...identity, metrics })), (way) => way.close())
  const life = new AbortController()
  open.defer(() => life.abort())
  const halt = new AbortController()
  stop.then(() => halt.abort(new Error('it was told to end before it was ready')))
  const begun = AbortSignal.any([life.signal, halt.signal, AbortSignal.timeout(patience)])

  await preflight({ client, identity }, serveDemands(api, config.pullMode), begun)
  await checkClusterApi(client, api, begun)
  for (const name of [systemNamespace, clusterNamespace]) await ensure(client, namespaceKind, namespaceOf(name), begun)
  const place = placeOf(options, options.webhookBindAddress)
  const authority = () => openCertificates(client, [...hostsOf(place), ...clusterApiHosts(api)])
  const { ca } = await authority()
  await installKinds(client, definitionsFor(api), clientConfig(place, ca, '/convert'), begun)

  if (config.pullMode) await allowAgents(client, begun)
  const user = await whoAmI(client, begun)
  const controlPlane = createControlPlane({
    client,
    reviewsAs: user,
    letsAgentsIn: config.pullMode,
    config,
    log,
    metrics,
    version: options.version,
    signal: life.signal,
    shards,
    plugins: await plugins(config),
  })
  points = controlPlane.points
  const clusters = api === 'aggregated' ? await openClusterApi(client, users(), controlPlane, log) : undefined
  const webhooks = await serveWebhooks(authority, options.webhookBindAddress, controlPlane.ask, clusters)
  const endWebhooks = () => end('webhooks', () => webhooks[Symbol.asyncDispose]())
  open.defer(endWebhooks)
  await registerWebhooks(client, { place, ca, writer: { user, fieldManager } }, begun)
  if (clusters) await registerClusterApi(client, { place, ca }, log, begun)
  waits.clear()
  console.log('ready')

  const leading = leaderElect
    ? lead({ controlPlane, client, leaseDuration, identity: replica, log, metrics, shards, life, open, end })
    : controlPlane.run()
  leading.catch(() => undefined) // whoever waits for it is told
  await Promise.race([stop, leading])
  waits.add('it is stopping')
  await endWebhooks() // while plugins still answer: they end with the lease
}
