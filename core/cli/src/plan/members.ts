import { createClient, createDiscovery, type Discovery, type HttpOptions, httpTransport } from '@flotilla/kube'
import {
  ApiError,
  type Ask,
  type Client,
  type Cluster,
  clusterKind,
  definePlugin,
  errors,
  FlotillaError,
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
const memberPatience = 10_000

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
    extensions: () => [
      on(member.connect, ({ cluster: { spec }, signal }) => {
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

/** What is asked of a member has an answer in time, or none. */
const within = (signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(memberPatience), ...(signal ? [signal] : [])])

/** A client that waits no longer for a member than is worth it, and says whom it waited for. */
function patient(client: Client, name: string): Client {
  const timed = async <T>(signal: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await call(within(signal))
    } catch (error) {
      if (error instanceof ApiError || error instanceof FlotillaError || signal?.aborted) throw error
      throw errors.SERVER_UNREACHABLE(`cluster ${name}`, error)
    }
  }
  return Object.freeze<Client>({
    ...client,
    get: (kind, key, options = {}) => timed(options.signal, (signal) => client.get(kind, key, { ...options, signal })),
    create: (kind, object, options = {}) =>
      timed(options.signal, (signal) => client.create(kind, object, { ...options, signal })),
    update: (kind, object, options = {}) =>
      timed(options.signal, (signal) => client.update(kind, object, { ...options, signal })),
    raw: (request) => timed(request.signal, (signal) => client.raw({ ...request, signal })),
  })
}

/** Connects to a cluster as the control plane does. Throws why it cannot. */
async function reachMember(ask: Ask, control: Control, cluster: Cluster, signal: AbortSignal): Promise<Reached> {
  const { name } = cluster.metadata
  if (cluster.spec.syncMode === 'Pull') {
    throw errors.CLUSTER_NOT_CONNECTABLE(name, 'it is in pull mode, and reached by its agent alone')
  }
  const secret = await secretOf(control, cluster, signal)
  const found = await ask(member.connect, { cluster, signal, ...(secret && { secret }) })
  if (!found) throw errors.CLUSTER_NOT_CONNECTABLE(name, 'no plugin knows how')
  const client = rehearsing(patient(found, name))
  return { name, client, discovery: createDiscovery(client, { signal }) }
}

/** Whether a member answered, be it with a refusal. */
const isAnswer = (error: unknown): boolean => error instanceof ApiError

/** Members, each connected at most once. One that did not answer is not asked again: every further wait would be in vain. */
export class Members {
  readonly #reached = new Map<string, Promise<Reached>>()
  readonly #lost = new Map<string, unknown>()
  readonly #reach: (cluster: string) => Promise<Reached>

  constructor(reach: (cluster: string) => Promise<Reached>) {
    this.#reach = reach
  }

  /** Asks a member something. Throws why it cannot be asked. */
  async ask<T>(cluster: string, question: (member: Reached) => Promise<T>): Promise<T> {
    try {
      const member = await this.#member(cluster)
      if (this.#lost.has(cluster)) throw this.#lost.get(cluster)
      return await question(member)
    } catch (error) {
      if (!isAnswer(error)) this.#lost.set(cluster, error)
      throw error
    }
  }

  #member(cluster: string): Promise<Reached> {
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
