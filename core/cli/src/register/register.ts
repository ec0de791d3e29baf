import { setTimeout as sleep } from 'node:timers/promises'
import { agentOf, type Registration, registrationAnnotation } from '@flotilla/core'
import { certificateFor, createClient, httpTransport, type SignedCertificate } from '@flotilla/kube'
import { ApiError, type Client, type Cluster, clusterKind, errors, isTrue, reasonOf } from '@flotilla/sdk'
import { at, type End } from '../join/ends.ts'
import { idOf } from '../join/join.ts'
import { system } from '../join/kinds.ts'
import type { Progress } from '../output/progress.ts'
import { memberDemands, preflight } from '../preflight/preflight.ts'
import type { ClusterInfo } from '../token/cluster-info.ts'
import { tokenText } from '../token/token.ts'
import { type AgentPlace, agentKubeconfig, agentThere, installAgent } from './agent.ts'
import { type Discovery, discover } from './discover.ts'

export interface RegisterOptions extends Omit<Registration, 'id' | 'apiEndpoint'> {
  readonly name: string
  readonly discovery: Discovery
  /** Seconds. */
  readonly certExpiration: number
  readonly agent: Omit<AgentPlace, 'cluster'>
  /** Milliseconds in which the control plane has to be found, and to let the agent in. */
  readonly discoveryTimeout: number
  /** Milliseconds the agent has to be heard of; 0 for not at all. */
  readonly wait: number
  /** Where the agent's kubeconfig goes, in place of running it in the cluster. */
  readonly keep?: (kubeconfig: string) => Promise<void>
  readonly dryRun: boolean
}

const lookPeriod = 500

const inMember = ({ identity }: End) => at(`the cluster at ${identity.server}`)

async function withClient<T>(identity: End['identity'], step: (client: Client) => Promise<T>): Promise<T> {
  const transport = httpTransport(identity)
  try {
    return await step(createClient(transport))
  } finally {
    await transport.close()
  }
}

/** Asks for the agent's certificate in the name of the token. Whoever lets it in puts the cluster into the control plane. */
function askIn(
  info: ClusterInfo,
  { name, provider, region, zones, discovery, certExpiration }: RegisterOptions,
  { id, server }: { readonly id: string; readonly server: string },
  say: (state: string) => void,
  signal: AbortSignal,
): Promise<SignedCertificate> {
  const registration: Registration = {
    id,
    apiEndpoint: server,
    ...(provider && { provider }),
    ...(region && { region }),
    ...(zones && { zones }),
  }
  const asking = {
    prefix: `${name}-`,
    user: agentOf(name),
    expirationSeconds: certExpiration,
    labels: system,
    annotations: { [registrationAnnotation]: JSON.stringify(registration) },
  }
  return withClient({ ...info, token: tokenText(discovery.token) }, async (client) => {
    let asked = ''
    const onAsked = (request: string) => {
      asked = request
      say(`waits for the approval of CertificateSigningRequest ${request}`)
    }
    try {
      return await certificateFor(client, { ...asking, onAsked }, signal)
    } catch (error) {
      throw explained(error, name, asked, signal)
    }
  })
}

/** What may be behind it when no certificate came. */
function explained(error: unknown, name: string, asked: string, signal: AbortSignal): unknown {
  const refused = (reason: string) => errors.CLUSTER_NOT_REGISTERED(name, reason, { cause: error })
  if (error instanceof ApiError && error.code === 401) return refused('the control plane does not know the token: it has ended, or was deleted; flotilla token create makes another one') // biome-ignore format: one line
  if (error instanceof ApiError && error.code === 403) return refused(`the token may not ask for certificates (${error.message}): is flotilla serve there, with pullMode?`) // biome-ignore format: one line
  if (signal.aborted && asked) return refused(`nobody has approved and signed CertificateSigningRequest ${asked}: does flotilla serve run, and a controller manager with csrsigning? kubectl certificate approve ${asked} lets it in by hand; then register again`) // biome-ignore format: one line
  return error
}

/** The cluster as its agent sees it. What it may see is granted a moment after it was let in. */
async function seen(client: Client, name: string, signal: AbortSignal): Promise<Cluster | undefined> {
  try {
    return await client.get(clusterKind, { name }, { signal })
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return undefined
    throw error
  }
}

async function until(
  client: Client,
  name: string,
  holds: (cluster: Cluster) => boolean,
  otherwise: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const cluster = await seen(client, name, signal)
    if (cluster && holds(cluster)) return
    await sleep(lookPeriod, undefined, { signal }).catch((cause) => {
      throw errors.CLUSTER_NOT_REGISTERED(name, otherwise, { cause })
    })
  }
}

/** Looks whether the agent can come, before anything is written anywhere. */
function meet(member: End, { name, agent, keep }: RegisterOptions, signal: AbortSignal): Promise<string> {
  return inMember(member)(async () => {
    await preflight(member, memberDemands, signal)
    const there = keep ? 'none' : await agentThere(member.client, { ...agent, cluster: name }, signal)
    if (typeof there === 'object')
      throw errors.CLUSTER_NOT_REGISTERED(
        name,
        `${there.blocks} is there already: flotilla unregister removes an agent`,
      )
    return idOf(member, signal)
  })
}

/**
 * Registers a cluster in pull mode, from where it can be reached: its agent gets an identity in the control plane, and runs
 * in the cluster. It may be repeated while nobody has heard of the agent.
 */
export async function register(member: End, options: RegisterOptions, progress: Progress): Promise<void> {
  const { name, discovery, discoveryTimeout, agent, keep, wait, dryRun } = options
  const patience = AbortSignal.timeout(discoveryTimeout)
  const id = await progress.step('cluster reached', async (say) => {
    say(member.identity.server)
    return meet(member, options, patience)
  })
  const info = await progress.step('control plane found', async (say) => {
    const found = await discover(name, discovery, patience)
    say(found.server)
    return found
  })
  if (dryRun) return void (await progress.step(`cluster ${name} would be registered`, async (say) => say('(dry run)')))
  const cluster = { id, server: member.identity.server }
  const certificate = await progress.step('agent let in', async (say) => {
    const signed = await askIn(info, options, cluster, say, patience)
    say(`as ${agentOf(name).name}`)
    return signed
  })
  await withClient({ ...info, ...certificate }, async (control) => {
    await progress.step(`cluster ${name} registered`, () =>
      until(control, name, () => true, 'its agent was let in, but gets no rights: does flotilla serve run?', patience),
    )
    const kubeconfig = agentKubeconfig(info, agentOf(name).name, certificate)
    await progress.step(keep ? 'kubeconfig written' : 'agent made', () =>
      inMember(member)(
        () =>
        keep ? keep(kubeconfig) : installAgent(member.client, { ...agent, cluster: name }, kubeconfig, AbortSignal.timeout(60_000)), // biome-ignore format: one choice
      ).catch((error) => {
        throw errors.CLUSTER_NOT_REGISTERED(name, `${reasonOf(error)}; the control plane knows it already, and what was made in it is removed: register it again, or take it out with flotilla unregister`, { cause: error }) // biome-ignore format: one line
      }),
    )
    if (wait === 0 || keep) return
    const silent = `its agent is not heard of: kubectl --namespace ${agent.namespace} describe pods --selector app=karmada-agent says why; it goes on when that is mended`
    const isReady = ({ status }: Cluster) => isTrue(status?.conditions, 'Ready')
    await progress.step('agent heard of', () => until(control, name, isReady, silent, AbortSignal.timeout(wait)))
  })
}
