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
} from '@flotilla/core'
import { createClient, createLease, httpTransport, loadKubeconfig } from '@flotilla/kube'
import { type Client, clusterNamespace, type Log, systemNamespace } from '@flotilla/sdk'
import type { Address } from '../commands/options.ts'
import { interrupted, serveHealth } from '../daemon.ts'
import { plugins } from '../fleet/plugins.ts'
import { ensure, namespaceKind, namespaceOf } from '../join/kinds.ts'
import { naming } from '../output/sentence.ts'
import { preflight, serveDemands, whoAmI } from '../preflight/preflight.ts'
import { openCertificates } from './certificates.ts'
import { installKinds } from './install.ts'
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
}

export interface ServeOptions extends ServeFlags {
  readonly version: string
}

/** Milliseconds the start may take before it is given up. */
const patience = 120_000

/** In whose name the control plane writes: it stands in `managedFields`. */
const fieldManager = 'flotilla-control-plane'

const placeOf = ({ webhookUrl, webhookService }: ServeFlags, { port }: { readonly port: number }): Place => {
  if (webhookService) return { service: webhookService }
  return { url: webhookUrl ?? `https://127.0.0.1:${port}` }
}

const configOf = (file: string | undefined): Config => (file ? readConfigFile(file) : readConfig())

/** Runs a control plane over a real Kubernetes API server until someone interrupts it; throws when it ends by itself. */
export async function runServe(options: ServeOptions): Promise<void> {
  const config = configOf(options.config)
  const stop = interrupted()
  const log = createLog({ level: config.logLevel })
  const metrics = createMetrics()
  const waits = new Set(['it is not set up yet'])
  await using open = new AsyncDisposableStack()
  let points: ControlPlane['points'] = () => []
  open.use(await serveHealth(options, metrics, () => [...waits], { points: () => points() }))

  const identity = await naming('the control plane', () => loadKubeconfig(options.kubeconfig, options.context))
  const transport = open.adopt(httpTransport({ ...identity, metrics }), (transport) => transport.close())
  const client = createClient(transport, { fieldManager })
  const life = new AbortController()
  open.defer(() => life.abort())
  const halt = new AbortController()
  stop.then(() => halt.abort(new Error('it was told to end before it was ready')))
  const begun = AbortSignal.any([life.signal, halt.signal, AbortSignal.timeout(patience)])

  await preflight({ client, identity }, serveDemands, begun)
  for (const name of [systemNamespace, clusterNamespace]) await ensure(client, namespaceKind, namespaceOf(name), begun)
  const place = placeOf(options, options.webhookBindAddress)
  const authority = () => openCertificates(client, hostsOf(place))
  const { ca } = await authority()
  await installKinds(client, clientConfig(place, ca, '/convert'), begun)

  const user = await whoAmI(client, begun)
  const controlPlane = createControlPlane({
    client,
    reviewsAs: user,
    config,
    log,
    metrics,
    version: options.version,
    signal: life.signal,
    plugins: await plugins(config),
  })
  points = controlPlane.points
  const webhooks = open.use(await serveWebhooks(authority, options.webhookBindAddress, controlPlane.ask))
  await registerWebhooks(client, { place, ca, writer: { user, fieldManager } }, begun)
  waits.clear()
  console.log('ready')

  const lead = () => controlPlane.run()
  const leading = options.leaderElect ? held(open, client, log, life, lead) : lead()
  leading.catch(() => undefined) // whoever waits for it is told
  await Promise.race([stop, leading])
  waits.add('it is stopping')
  await webhooks[Symbol.asyncDispose]() // while plugins still answer: they end with the lease
}

/** Leads while the lease is held. Who loses it ends: leading again begins from nothing, as a new process. */
function held(
  open: AsyncDisposableStack,
  client: Client,
  log: Log,
  life: AbortController,
  lead: () => Promise<void>,
): Promise<void> {
  const identity = `${hostname()}_${randomUUID()}`
  const lease = createLease({ client, namespace: systemNamespace, name: 'flotilla', identity, log })
  const wish = new AbortController()
  const led = Promise.withResolvers<void>()
  let running: Promise<void> | undefined
  const gained = () => {
    running = lead()
    running.catch(led.reject)
  }
  const lost = async () => {
    life.abort()
    await running?.catch(() => undefined)
    if (!wish.signal.aborted) led.reject(new Error('the lease was lost: another replica leads now'))
  }
  const holding = lease.hold(wish.signal, gained, lost)
  open.defer(async () => {
    wish.abort()
    await holding // it gives the lease back
  })
  return led.promise
}
