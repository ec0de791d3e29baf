import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ApiServer, createApiServer, sqliteStorage } from '@flotilla/apiserver'
import type { User } from '@flotilla/kube'
import {
  type Client,
  type Cluster,
  clusterKind,
  definePlugin,
  type Log,
  type Metrics,
  member,
  on,
  type Plugin,
} from '@flotilla/sdk'
import { createSimulator } from '@flotilla/simulator'
import type { KubeconfigContext } from './kubeconfig.ts'

/** Controllers of this process, whose writes need no owner: none of them applies. */
const controllers = new Set(['system:flotilla', 'system:simulator'])

export const isNoController = ({ name }: User): boolean => !controllers.has(name)

const usual = 3

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `member${index + 1}`)

/** The names of the simulated members: so many, or those a directory has from before, or three. */
export function memberNames(dataDir: string, count?: number): readonly string[] {
  if (count !== undefined) return numbered(count)
  const kept = readdirSync(dataDir).filter((file) => /^member\d+\.db$/.test(file))
  return kept.length > 0 ? numbered(kept.length) : numbered(usual)
}

export interface MemberOptions {
  readonly name: string
  readonly dataDir: string
  readonly nodes?: number
  readonly log: Log
  readonly metrics: Metrics
  /** Ends its controllers. */
  readonly signal: AbortSignal
}

/** A simulated member: its API server, and the controllers that run in it. */
export interface SimulatedMember {
  readonly name: string
  readonly server: ApiServer
  readonly running: Promise<void>
}

export async function startMember({
  name,
  dataDir,
  nodes,
  log,
  metrics,
  signal,
}: MemberOptions): Promise<SimulatedMember> {
  const own = log.with({ cluster: name })
  const storage = sqliteStorage({ path: join(dataDir, `${name}.db`) })
  const server = await createApiServer({ name, storage, tracks: isNoController, log: own })
  const simulator = createSimulator({ name, server, log: own, metrics, ...(nodes && { nodes }) })
  return { name, server, running: simulator.run(signal) }
}

/** The plugin that connects to members in this process. They have no secret: nobody else can reach them this way. */
export const simulatedMembers = (clients: ReadonlyMap<string, Client>): Plugin =>
  definePlugin({
    name: 'simulated-members',
    extensions: () => [
      on(member.connect, ({ cluster }) => (cluster.spec.secretRef ? undefined : clients.get(cluster.metadata.name))),
    ],
  })

const clusterOf = ({ name, server }: KubeconfigContext): Cluster => ({
  apiVersion: clusterKind.apiVersion,
  kind: clusterKind.kind,
  metadata: { name },
  spec: {
    syncMode: 'Push',
    apiEndpoint: server,
    provider: 'simulated',
    region: `region-${name.slice('member'.length)}`,
  },
})

/** Registers the simulated members. Those that are known keep what users said of them, at the address of today. */
export async function ensureMembers(client: Client, contexts: readonly KubeconfigContext[]): Promise<void> {
  for (const context of contexts) {
    const known = await client.get(clusterKind, { name: context.name })
    if (!known) await client.create(clusterKind, clusterOf(context))
    else if (!known.spec.secretRef && known.spec.apiEndpoint !== context.server) {
      await client.patch(
        clusterKind,
        { name: context.name },
        { type: 'merge', body: { spec: { apiEndpoint: context.server } } },
      )
    }
  }
}
