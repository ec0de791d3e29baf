import { type Config, createControlPlane, type PluginEntry, seenFrom } from '@flotilla/core'
import { createClient, createLease, httpTransport, kubeconfigFrom, loadKubeconfig } from '@flotilla/kube'
import { endpointCollection } from '@flotilla/mcs'
import { interpreters } from '@flotilla/preset'
import {
  ApiError,
  type Client,
  type Cluster,
  clusterKind,
  clusterNamespace,
  definePlugin,
  errors,
  type Key,
  type Log,
  member as memberPoints,
  on,
  type Plugin,
} from '@flotilla/sdk'
import type { Address } from '../commands/options.ts'
import { openDaemon } from '../daemon.ts'
import { plugins } from '../fleet/plugins.ts'
import type { End } from '../join/ends.ts'
import { idOf } from '../join/join.ts'
import { naming } from '../output/sentence.ts'
import { fileKeyring, type Keyring, secretKeyring } from './keyring.ts'
import { keepRenewed } from './rotate.ts'

export interface AgentFlags {
  readonly clusterName: string
  /** The control plane's kubeconfig; without it, it is in a secret of the member. */
  readonly kubeconfig?: string
  readonly kubeconfigSecret: Key
  readonly clusterKubeconfig?: string
  readonly clusterContext?: string
  readonly config?: string
  readonly clusterLeaseDuration: number
  readonly certRotationCheckingInterval: number
  readonly certRotationRemainingTimeThreshold: number
  readonly healthProbeBindAddress?: Address
  readonly metricsBindAddress?: Address
}

export interface AgentOptions extends AgentFlags {
  readonly version: string
}

/** Milliseconds each end may take. */
const patienceAtEnd = { health: 1_000, connections: 2_000, controllers: 14_000 }

/** The one member there is, which this process reaches its own way. `onGone` is told when it is registered no longer. */
const beside = (name: string, client: Client, onGone: () => void): Plugin =>
  definePlugin({
    name: 'member-beside',
    extensions: ({ store }) => {
      store(clusterKind).listen(({ after }) => !after && onGone())
      return [on(memberPoints.connect, ({ cluster }) => (cluster.metadata.name === name ? client : undefined))]
    },
  })

/** What interprets, and collects endpoints. What else plugins do beside answering, the control plane does for all clusters. */
async function pluginsOf(config: Config, member: Plugin): Promise<readonly PluginEntry[]> {
  const answering = (await plugins(config, [member], interpreters)).map(({ plugin, ...entry }) => {
    const { controllers: _, ...rest } = plugin
    return { ...entry, plugin: rest }
  })
  return [...answering, { plugin: endpointCollection, trusted: true }]
}

const notRegistered = (name: string) =>
  errors.CLUSTER_NOT_CONNECTABLE(
    name,
    'it is not registered here, or not any more: flotilla register lets its agent in',
  )

/** Looks whether the control plane has the cluster, and means this one. */
async function introduce(control: End, member: End, name: string, signal: AbortSignal): Promise<void> {
  const cluster = await control.client.get(clusterKind, { name }, { signal }).catch((error) => {
    if (error instanceof ApiError && error.code === 403) throw notRegistered(name)
    throw error
  })
  if (!cluster) throw notRegistered(name)
  if (cluster.spec.syncMode !== 'Pull')
    throw errors.CLUSTER_NOT_CONNECTABLE(name, 'it is in push mode: the control plane reaches it itself')
  const { id } = cluster.spec
  if (id && id !== (await idOf(member, signal)))
    throw errors.CLUSTER_NOT_CONNECTABLE(
      name,
      `another cluster has this name; ${member.identity.server} is not the one`,
    )
}

/** Gives signs of life until the signal. */
function beat(client: Client, { clusterName: name, clusterLeaseDuration }: AgentFlags, log: Log, signal: AbortSignal) {
  const lease = createLease({
    client,
    namespace: clusterNamespace,
    name,
    identity: name, // as in Karmada: it is not for leading
    log,
    durationMs: clusterLeaseDuration,
    deadlineMs: clusterLeaseDuration * 0.75,
    retryMs: clusterLeaseDuration / 4,
  })
  return lease.hold(
    signal,
    () => undefined,
    () => undefined,
  )
}

const isOwn = (name: string) => (cluster: Cluster) => cluster.metadata.name === name && cluster.spec.syncMode === 'Pull'

/** Runs the agent of a cluster in pull mode until someone interrupts it. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { clusterName: name, version } = options
  await using daemon = await openDaemon({ ...options, patienceAtEnd })
  const { config, log, metrics, waits, stop, life, open, end } = daemon

  const endOf = (identity: End['identity'], fieldManager: string): End => {
    const transport = httpTransport({ ...identity, metrics })
    open.defer(() => end('connections', () => transport.close()))
    return { identity, client: createClient(transport, { fieldManager }) }
  }
  const member = endOf(
    await naming('the cluster', () => loadKubeconfig(options.clusterKubeconfig, options.clusterContext)),
    'flotilla-control-plane', // as in push mode: a cluster that changes its mode keeps its fields
  )
  const keyring: Keyring = options.kubeconfig
    ? fileKeyring(options.kubeconfig)
    : secretKeyring(member.client, options.kubeconfigSecret, life.signal)
  const control = endOf(await naming('the control plane', () => kubeconfigFrom(keyring.read)), 'flotilla-agent')
  await introduce(control, member, name, daemon.starting)

  const gone = Promise.withResolvers<void>()
  const machine = createControlPlane({
    client: seenFrom(name, control.client),
    serves: isOwn(name),
    stages: ['members', 'apply', 'reflect', 'plugins'],
    config,
    log,
    metrics,
    version,
    signal: life.signal,
    plugins: await pluginsOf(config, beside(name, member.client, gone.resolve)),
  })
  waits.clear()
  console.log('ready')
  const running = machine.run()
  const beating = beat(control.client, options, log, life.signal)
  const renewing = keepRenewed(
    {
      cluster: name,
      client: control.client,
      keyring,
      log,
      period: options.certRotationCheckingInterval,
      threshold: options.certRotationRemainingTimeThreshold,
    },
    life.signal,
  )
  const isOver = await Promise.race([stop, running, gone.promise.then(() => true)])
  waits.add('it is stopping')
  life.abort()
  await end('controllers', () => Promise.allSettled([running, beating, renewing]))
  if (isOver === true) throw notRegistered(name)
}
