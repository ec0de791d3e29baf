import { join, resolve } from 'node:path'
import { type IssuerWords, openAuthority, openFrontProxy } from '@flotilla/apiserver'
import { type Config, createControlPlane, createMetrics } from '@flotilla/core'
import { type Client, clusterNamespace, type Log } from '@flotilla/sdk'
import { ensure, namespaceKind, namespaceOf } from '../join/kinds.ts'
import { naming } from '../output/sentence.ts'
import { allowAgents } from '../serve/agents.ts'
import { type AuditPlace, openAudit } from './audit.ts'
import { type KubeconfigContext, kubeconfig, makePrivateDirectory, writePrivately } from './kubeconfig.ts'
import { listen } from './listener.ts'
import { ensureMembers, passageToSimulated, simulatedMembers } from './members.ts'
import { plugins } from './plugins.ts'
import { readiness } from './readiness.ts'
import { mounted, startServers } from './servers.ts'

export interface FleetOptions {
  /** How many simulated members; by default as many as the directory has, or three in a new one. */
  readonly members?: number
  /** Simulated nodes in each member; by default 3. */
  readonly nodes?: number
  /** Whether those say every ten seconds that they are there; by default they do not. */
  readonly nodeLeases?: boolean
  readonly dataDir: string
  /** 0 is any that is free. */
  readonly port: number
  /** Where the kubeconfig goes; by default `kubeconfig` in the data directory. */
  readonly kubeconfig?: string
  /** Where what is asked of the servers is written down; by default nowhere. */
  readonly audit?: AuditPlace
  /** Others whose tokens are believed by all servers. */
  readonly issuers?: readonly IssuerWords[]
  readonly config: Config
  readonly log: Log
  readonly version: string
}

/** An embedded API server, a control plane and simulated members in this process. */
export interface Fleet {
  /** The file. */
  readonly kubeconfig: string
  readonly members: readonly string[]
  /** The control plane's API, as an administrator. */
  readonly client: Client
  /** Resolves when the simulated members can be worked with, or have had their time. */
  readonly ready: Promise<void>
  /** Resolves when the fleet has been stopped; rejects when something in it ends by itself. */
  readonly ended: Promise<unknown>
  /** Ends everything in order: controllers, connections, storage. */
  stop(): Promise<void>
}

const contextsOf = (url: string, members: readonly string[]): readonly KubeconfigContext[] => [
  { name: 'flotilla', server: url },
  ...members.map((name) => ({ name, server: `${url}/members/${name}` })),
]

/** Clusters register with a token, if they want to: what they find here is the same as over a kube-apiserver. */
async function welcomeAgents(client: Client, signal: AbortSignal): Promise<void> {
  await ensure(client, namespaceKind, namespaceOf(clusterNamespace), signal)
  await allowAgents(client, signal)
}

/** Starts a fleet. Resolves when it is served; what fails on the way ends what was begun. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { config, log, version, port } = options
  const dataDir = resolve(options.dataDir)
  await naming('the data directory cannot be made', () => makePrivateDirectory(dataDir))
  await using begun = new AsyncDisposableStack()

  const metrics = createMetrics()
  const life = new AbortController()
  const tls = join(dataDir, 'tls')
  const [authority, frontProxy] = await naming(`the certificates in ${tls} cannot be used`, () =>
    Promise.all([openAuthority({ dir: tls }), openFrontProxy({ dir: join(tls, 'front-proxy') })]),
  )
  const servers = begun.use(await startServers({ ...options, dataDir, authority, frontProxy, metrics }))
  const { client, members } = servers
  const controlPlane = createControlPlane({
    client,
    letsAgentsIn: config.pullMode,
    config,
    log,
    metrics,
    version,
    signal: life.signal,
    plugins: await plugins(config, [simulatedMembers(members)]),
    passageTo: await passageToSimulated(authority, members),
  })
  servers.review(controlPlane.review)
  const names = members.map(({ name }) => name)
  const { ready, unready } = readiness(controlPlane, names, log)

  const { audit: place } = options
  const audit = place && begun.use(await naming('audit events cannot be written', async () => openAudit(place, log)))
  const listener = begun.use(
    await listen({
      ...controlPlane,
      port,
      authority,
      servers: mounted(servers),
      metrics,
      unready,
      ...(audit && { audit }),
    }),
  )
  const file = resolve(options.kubeconfig ?? join(dataDir, 'kubeconfig'))
  const contexts = contextsOf(listener.url, names)
  await naming('the kubeconfig cannot be written', () => writePrivately(file, kubeconfig({ contexts, ...listener })))

  const running = controlPlane.run()
  const ended = Promise.all([running, ...members.map((each) => each.running)])
  ended.catch(() => undefined) // whoever waits for it is told
  begun.defer(async () => {
    life.abort()
    await Promise.allSettled([running])
  })
  await ensureMembers(client, contexts.slice(1))
  if (config.pullMode) await welcomeAgents(client, life.signal)
  const all = begun.move()
  return { kubeconfig: file, members: names, client, ready, ended, stop: () => all.disposeAsync() }
}
