import { createClient, createDiscovery, type Discovery, type HttpOptions, httpTransport } from '@flotilla/kube'
import {
  type Ask,
  type Client,
  type Cluster,
  clusterKind,
  definePlugin,
  errors,
  type Kind,
  keyText,
  type Manifest,
  member,
  on,
  type Plugin,
} from '@flotilla/sdk'
import type { Control } from './control.ts'
import { rehearsing } from './harmless.ts'

/** Milliseconds a member has for each answer. */
export const memberPatience = 10_000

/** A member one can look at, and on which writes can be tried. */
export interface Reached {
  readonly name: string
  readonly client: Client
  readonly discovery: Discovery
}

const originOf = (url: string | undefined): string | undefined =>
  URL.canParse(url ?? '') ? new URL(url ?? '').origin : undefined

/**
 * Connects to clusters that have no secret and are served where the control plane is, as those of `flotilla up`: with
 * the identity that was shown to this very server already. It goes nowhere else.
 */
export function neighbours({ server, ...identity }: HttpOptions): Plugin {
  return definePlugin({
    name: 'neighbouring-members',
    extensions: ({ signal }) => [
      on(member.connect, ({ cluster: { spec } }) => {
        const { apiEndpoint, secretRef, proxyURL } = spec
        if (secretRef || proxyURL || !apiEndpoint || originOf(apiEndpoint) !== originOf(server)) return undefined
        const transport = httpTransport({ ...identity, server: apiEndpoint })
        signal.addEventListener('abort', () => void transport.close(), { once: true })
        return createClient(transport)
      }),
    ],
  })
}

const secretKind: Kind = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', scope: 'Namespaced' }

async function secretOf(
  { client }: Control,
  { metadata, spec }: Cluster,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  if (!spec.secretRef) return undefined
  const secret = await client.get(secretKind, spec.secretRef, { signal })
  if (secret) return secret
  throw errors.CLUSTER_NOT_CONNECTABLE(metadata.name, `there is no secret ${keyText(spec.secretRef)}`)
}

/** Connects to a cluster as the control plane does. Throws why it cannot. */
async function reachMember(ask: Ask, control: Control, cluster: Cluster, signal: AbortSignal): Promise<Reached> {
  const { name } = cluster.metadata
  if (cluster.spec.syncMode === 'Pull') {
    throw errors.CLUSTER_NOT_CONNECTABLE(name, 'it is in pull mode, and reached by its agent alone')
  }
  const secret = await secretOf(control, cluster, signal)
  const found = await ask(member.connect, { cluster, ...(secret && { secret }) })
  if (!found) throw errors.CLUSTER_NOT_CONNECTABLE(name, 'no plugin knows how')
  const client = rehearsing(found)
  return { name, client, discovery: createDiscovery(client, { signal }) }
}

/** Members, each connected at most once. */
export class Members {
  readonly #reached = new Map<string, Promise<Reached>>()
  readonly #reach: (cluster: string) => Promise<Reached>

  constructor(reach: (cluster: string) => Promise<Reached>) {
    this.#reach = reach
  }

  /** Throws why a member cannot be looked at. */
  get(cluster: string): Promise<Reached> {
    const known = this.#reached.get(cluster)
    if (known) return known
    const reached = this.#reach(cluster)
    this.#reached.set(cluster, reached)
    return reached
  }
}

/** The members of a control plane, as `ask` and its plugins reach them. */
export const membersOf = (ask: Ask, control: Control, signal: AbortSignal): Members =>
  new Members(async (name) => {
    const cluster = await control.client.get(clusterKind, { name }, { signal })
    if (!cluster) throw errors.CLUSTER_UNKNOWN(name)
    return reachMember(ask, control, cluster, signal)
  })
