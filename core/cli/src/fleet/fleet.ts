import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type ApiServer,
  createApiServer,
  inProcessTransport,
  masters,
  openAuthority,
  serveHttps,
  sqliteStorage,
} from '@flotilla/apiserver'
import {
  type Config,
  type ControlPlane,
  createControlPlane,
  createMetrics,
  healthRoutes,
  type Reviewer,
} from '@flotilla/core'
import { createClient } from '@flotilla/kube'
import { type Client, crds, type Log } from '@flotilla/sdk'
import { reviewedBy } from './admission.ts'
import { kubeconfig, writePrivately } from './kubeconfig.ts'
import { ensureMembers, isNoController, memberNames, simulatedMembers, startMember } from './members.ts'
import { plugins } from './plugins.ts'

export interface FleetOptions {
  /** How many simulated members; by default as many as the directory has, or three. */
  readonly members?: number
  /** Simulated nodes in each member; by default 3. */
  readonly nodes?: number
  readonly dataDir: string
  /** By default 7443; 0 is any that is free. */
  readonly port: number
  /** Where the kubeconfig goes; by default `kubeconfig` in the data directory. */
  readonly kubeconfig?: string
  readonly config: Config
  readonly log: Log
  readonly version: string
}

/** An embedded API server, a control plane and simulated members in this process. */
export interface Fleet {
  readonly url: string
  /** The file. */
  readonly kubeconfig: string
  readonly members: readonly string[]
  /** The control plane's API, as an administrator. */
  readonly client: Client
  readonly controlPlane: ControlPlane
  /** Ends everything in order: controllers, connections, storage. */
  stop(): Promise<void>
}

const machine = { name: 'system:flotilla', groups: [masters] }
const administrator = { name: 'flotilla-admin', groups: [masters] }

const clientOf = (server: ApiServer): Client => createClient(inProcessTransport(server, machine))

/** The members that are not ready yet. */
const unready = ({ members }: ControlPlane, names: readonly string[]): readonly string[] =>
  names.filter((name) => !members.get(name)?.ready).map((name) => `cluster ${name}`)

/** Resolves when every member is ready. */
function readiness(controlPlane: ControlPlane, names: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => unready(controlPlane, names).length === 0 && resolve()
  const end = controlPlane.members.onReadiness(look)
  look()
  return promise.finally(end)
}

/** Starts a fleet. Resolves when the control plane is ready and every simulated member is. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { config, log, version, port } = options
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = resolve(options.kubeconfig ?? join(dataDir, 'kubeconfig'))
  const names = memberNames(dataDir, options.members)
  const life = new AbortController()
  const { signal } = life

  const metrics = createMetrics()
  const authority = await openAuthority({ dir: join(dataDir, 'tls') })
  let reviewer: Reviewer | undefined // until it is there only the server itself writes
  const review = reviewedBy(() => reviewer)
  const [server, ...members] = await Promise.all([
    createApiServer({
      name: 'flotilla',
      storage: sqliteStorage({ path: join(dataDir, 'flotilla.db') }),
      admission: review,
      tracks: isNoController,
      crds,
      log,
    }),
    ...names.map((name) =>
      startMember({ name, dataDir, log, metrics, signal, ...(options.nodes && { nodes: options.nodes }) }),
    ),
  ])

  const client = clientOf(server)
  const controlPlane = createControlPlane({
    client,
    config,
    log,
    metrics,
    signal,
    version,
    plugins: await plugins(config, [
      simulatedMembers(new Map(members.map(({ name, server }) => [name, clientOf(server)]))),
    ]),
  })

  reviewer = controlPlane.review

  const { cert, key } = await authority.server()
  const listener = await serveHttps({
    port,
    tls: { ca: authority.ca, cert, key },
    servers: [...members.map(({ name, server }) => ({ prefix: `/members/${name}`, server })), { prefix: '/', server }],
    mount: async (app) => {
      await app.register(healthRoutes, { metrics, unready: () => unready(controlPlane, names) })
    },
  })
  const contexts = [
    { name: 'flotilla', server: listener.url },
    ...names.map((name) => ({ name, server: `${listener.url}/members/${name}` })),
  ]
  const identity = await authority.client('admin', administrator)
  writePrivately(file, kubeconfig({ contexts, ca: authority.ca, identity }))

  const running = [controlPlane.run(), ...members.map(({ running }) => running)]
  await ensureMembers(client, contexts.slice(1))
  await readiness(controlPlane, names)

  return {
    url: listener.url,
    kubeconfig: file,
    members: names,
    client,
    controlPlane,
    stop: async () => {
      life.abort()
      await Promise.allSettled(running)
      await listener.close()
      await Promise.all([server, ...members.map((member) => member.server)].map((each) => each.close()))
    },
  }
}
