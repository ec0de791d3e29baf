import { readdirSync } from 'node:fs'
import { type Authority, masters } from '@flotilla/apiserver'
import { type Client, type Cluster, clusterKind, definePlugin, member, on, type Plugin } from '@flotilla/sdk'
import type { KubeconfigContext } from './kubeconfig.ts'

const usual = 3

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `member${index + 1}`)

/** The names of the simulated members: so many, or those a directory has from before, or three in a new one. */
export function memberNames(dataDir: string, count?: number): readonly string[] {
  if (count !== undefined) return numbered(count)
  const files = readdirSync(dataDir)
  if (!files.includes('flotilla.db')) return numbered(usual)
  return numbered(files.filter((file) => /^member\d+\.db$/.test(file)).length)
}

interface Reachable {
  readonly name: string
  readonly client: Client
}

/** The plugin that connects to members in this process. They have no secret: nobody else can reach them this way. */
export function simulatedMembers(members: readonly Reachable[]): Plugin {
  const clients = new Map(members.map(({ name, client }) => [name, client]))
  return definePlugin({
    name: 'simulated-members',
    extensions: () => [
      on(member.connect, ({ cluster }) => (cluster.spec.secretRef ? undefined : clients.get(cluster.metadata.name))),
    ],
  })
}

/**
 * How users are led to simulated members, which have no secrets: as the control plane itself, which may speak for everyone
 * in all servers of the listener.
 */
export async function passageToSimulated(authority: Authority, members: readonly Reachable[]) {
  const names = new Set(members.map(({ name }) => name))
  const identity = await authority.client('proxy', { name: 'system:flotilla', groups: [masters] })
  return ({ metadata: { name }, spec: { secretRef, apiEndpoint: server } }: Cluster) =>
    names.has(name) && !secretRef && server ? { server, ca: authority.ca, identity } : undefined
}

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
