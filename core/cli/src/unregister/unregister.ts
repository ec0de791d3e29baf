import { type Client, type Cluster, clusterKind, errors } from '@flotilla/sdk'
import { at, type End } from '../join/ends.ts'
import { idOf } from '../join/join.ts'
import type { Progress } from '../output/progress.ts'
import { removeAgent } from '../register/agent.ts'
import { foresee, leave } from '../unjoin/unjoin.ts'

export interface UnregisterOptions {
  readonly name: string
  /** Where the agent is in the member. */
  readonly namespace: string
  readonly removeWorkloads: boolean
  readonly force: boolean
  /** Milliseconds the cluster may take to go. */
  readonly wait: number
  readonly dryRun: boolean
}

export interface UnregisterEnds {
  readonly control: End
  readonly member: End
}

/** Why a cluster cannot be unregistered; undefined when it can. */
function objection({ spec, metadata: { name } }: Cluster, id: string): string | undefined {
  if (spec.syncMode !== 'Pull') return `it is in push mode: use flotilla unjoin ${name}`
  if (spec.id && spec.id !== id)
    return 'its kubeconfig leads to another cluster: choose a context with --cluster-context'
  return undefined
}

/** One that is gone already may have left its agent. One that is there under another name may not lose it. */
async function anotherName(client: Client, id: string, signal: AbortSignal): Promise<string | undefined> {
  const { items } = await client.list(clusterKind, { signal })
  const found = items.find(({ spec }) => spec.id === id)
  return found && `there is none, and its kubeconfig leads to ${found.metadata.name}`
}

/**
 * Takes a cluster in pull mode out: its Cluster and Works in the control plane, and then its agent, which has let go of what
 * was propagated. It may be repeated when it went half the way.
 */
export async function unregister(
  { control, member }: UnregisterEnds,
  options: UnregisterOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, dryRun } = options
  const { client, identity } = control
  const inControl = at(`the control plane at ${identity.server}`)
  const inMember = at(`the cluster at ${member.identity.server}`)
  const id = await progress.step('cluster reached', async (say) => {
    say(member.identity.server)
    return inMember(() => idOf(member, signal))
  })
  const cluster = await progress.step('control plane asked', async (say) => {
    say(identity.server)
    return inControl(() => client.get(clusterKind, { name }, { signal }))
  })
  const reason = cluster ? objection(cluster, id) : await inControl(() => anotherName(client, id, signal))
  if (reason) throw errors.CLUSTER_NOT_UNREGISTERED(name, reason)
  if (dryRun) {
    await progress.step(`cluster ${name} would leave`, async (say) => say(await foresee(client, options, signal)))
    return
  }
  if (cluster)
    await progress.step(`cluster ${name} unregistered`, async (say) =>
      say(await inControl(() => leave(client, cluster, options, errors.CLUSTER_NOT_UNREGISTERED, signal))),
    )
  await progress.step('agent removed', () => inMember(() => removeAgent(member.client, namespace, signal)))
}
