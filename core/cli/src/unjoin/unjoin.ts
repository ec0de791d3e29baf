import { type Client, type Cluster, clusterKind, errors, executionNamespace, workKind } from '@flotilla/sdk'
import { at, type End } from '../join/ends.ts'
import { idOf } from '../join/join.ts'
import type { Progress } from '../output/progress.ts'
import { sentence } from '../output/sentence.ts'
import { removeAccess } from './access.ts'
import { beginDeparture, forgetSecrets, giveUp, isGone, whatKeeps } from './departure.ts'

export interface UnjoinOptions {
  readonly name: string
  /** Where the control plane's account is in the member. */
  readonly namespace: string
  /** What users propagated goes from the member, too. */
  readonly removeWorkloads: boolean
  /** The cluster goes even if nobody sees it off, or the member cannot be reached. */
  readonly force: boolean
  /** Milliseconds the cluster may take to go. */
  readonly wait: number
  readonly dryRun: boolean
}

export interface UnjoinEnds {
  readonly control: End
  /** Left out, the control plane's account stays in the member. */
  readonly member?: End
}

/** A member that answered, and who it is. */
interface Known {
  readonly client: Client
  readonly id: string
}

async function meet(member: End, { force }: UnjoinOptions, progress: Progress, signal: AbortSignal) {
  return progress.step('cluster reached', async (say): Promise<Known | undefined> => {
    say(member.identity.server)
    try {
      return { client: member.client, id: await idOf(member, signal) }
    } catch (error) {
      if (!force) throw error
      say(`not: ${sentence(error)}`)
      return undefined
    }
  })
}

/** Why a cluster cannot be unjoined; undefined when it can. */
function objection({ spec, metadata: { name } }: Cluster, id: string | undefined): string | undefined {
  if (spec.syncMode === 'Pull')
    return `it is in pull mode: use flotilla unregister ${name} --cluster-kubeconfig FILE, which removes its agent, too`
  if (id !== undefined && spec.id && spec.id !== id)
    return 'its kubeconfig leads to another cluster: choose a context with --cluster-context'
  return undefined
}

/** One that is gone already may have left an account in its member: then there is something to do. */
async function find(client: Client, { name }: UnjoinOptions, id: string | undefined, signal: AbortSignal) {
  const cluster = await client.get(clusterKind, { name }, { signal })
  if (!cluster) {
    if (id === undefined) throw errors.CLUSTER_UNKNOWN(name)
    return undefined
  }
  const reason = objection(cluster, id)
  if (reason) throw errors.CLUSTER_NOT_UNJOINED(name, reason)
  return cluster
}

type Leaving = Pick<UnjoinOptions, 'name' | 'removeWorkloads' | 'force' | 'wait'>

/** Sees a cluster off; what became of it, for a person. */
export async function leave(
  client: Client,
  cluster: Cluster,
  { name, removeWorkloads, force, wait }: Leaving,
  failure: (name: string, reason: string) => Error,
  signal: AbortSignal,
): Promise<string> {
  await beginDeparture(client, cluster, removeWorkloads, signal)
  let end = removeWorkloads ? '(with what was propagated to it)' : '(it keeps what was propagated to it)'
  if (!(await isGone(client, cluster, wait, signal))) {
    const reason = await whatKeeps(client, name, signal)
    if (!force) throw failure(name, `${reason}; wait longer with --wait, or give up on it with --force`)
    await giveUp(client, cluster, signal)
    end = `(given up: ${reason}; its member keeps what it has)`
  }
  await forgetSecrets(client, cluster, signal)
  return end
}

/** What leaving would come to, for a person. */
export async function foresee(
  client: Client,
  { name, removeWorkloads }: Leaving,
  signal: AbortSignal,
): Promise<string> {
  const { items } = await client.list(workKind, { namespace: executionNamespace(name), signal })
  return `(dry run; ${items.length} Works, whose objects ${removeWorkloads ? 'are removed' : 'stay'})`
}

/**
 * Takes a cluster out: its Cluster, Works and secrets in the control plane, the control plane's account in the member.
 * What users propagated stays in the member unless they want it removed. It may be repeated when it went half the way.
 */
export async function unjoin(
  { control, member }: UnjoinEnds,
  options: UnjoinOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, dryRun } = options
  const { client, identity } = control
  const inControl = at(`the control plane at ${identity.server}`)
  const known = member && (await meet(member, options, progress, signal))
  const cluster = await progress.step('control plane asked', async (say) => {
    say(identity.server)
    return inControl(() => find(client, options, known?.id, signal))
  })
  if (dryRun) {
    await progress.step(`cluster ${name} would leave`, async (say) => say(await foresee(client, options, signal)))
    return
  }
  if (cluster)
    await progress.step(`cluster ${name} unjoined`, async (say) =>
      say(await inControl(() => leave(client, cluster, options, errors.CLUSTER_NOT_UNJOINED, signal))),
    )
  if (known)
    await progress.step('access removed', async (say) =>
      say(await at('the cluster')(() => removeAccess(known.client, name, namespace, signal))),
    )
}
