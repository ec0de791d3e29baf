import { ApiError, type Client, type Condition } from '@flotilla/sdk'

/** What a cluster says of itself: that it is well, that it is not, or nothing. */
export type Health = 'ready' | 'unhealthy' | 'offline'

/** How long something has been observed. */
export interface Streak {
  readonly status: Condition['status']
  /** Milliseconds of a clock that does not jump: how late it is somewhere gives no cluster up. */
  readonly since: number
}

/** Milliseconds an observation has to last before the condition of a cluster turns to it. */
export interface Thresholds {
  readonly success: number
  readonly failure: number
}

type Said = Omit<Condition, 'lastTransitionTime'>

async function statusOf(client: Client, path: string, signal: AbortSignal): Promise<number> {
  try {
    return (await client.raw({ path, signal })).status
  } catch (error) {
    if (error instanceof ApiError) return error.code
    throw error
  }
}

/** Asks for `/readyz`, and for `/healthz` where there is no such thing. */
export async function probe(client: Client, signal: AbortSignal): Promise<Health> {
  try {
    const ready = await statusOf(client, '/readyz', signal)
    const status = ready === 404 ? await statusOf(client, '/healthz', signal) : ready
    return status === 200 ? 'ready' : 'unhealthy'
  } catch {
    return 'offline'
  }
}

const said: Readonly<Record<Health, Said>> = {
  ready: {
    type: 'Ready',
    status: 'True',
    reason: 'ClusterReady',
    message: 'cluster is healthy and ready to accept workloads',
  },
  unhealthy: {
    type: 'Ready',
    status: 'False',
    reason: 'ClusterNotReady',
    message: 'cluster is reachable but health endpoint responded without ok',
  },
  offline: {
    type: 'Ready',
    status: 'False',
    reason: 'ClusterNotReachable',
    message: 'cluster is not reachable',
  },
}

export const readyCondition = (health: Health): Said => said[health]

/** When nobody knows how to reach it. */
export const notConnectable = (reason: string): Said => ({
  type: 'Ready',
  status: 'False',
  reason: 'StatusCollectionFailed',
  message: `failed to create a ClusterClient: ${reason}`,
})

/** An observation as part of a streak: a new one begins when it is another than before. */
export const streak = (before: Streak | undefined, status: Condition['status'], now: number): Streak =>
  before?.status === status ? before : { status, since: now }

/**
 * Whether an observation has lasted long enough to turn the condition. What a cluster says first is believed, and good
 * news after a start of ours, too; but a cluster that was ready is not given up at the first failure.
 */
export function turns(
  current: Condition | undefined,
  before: Streak | undefined,
  observed: Streak,
  now: number,
  { success, failure }: Thresholds,
): boolean {
  if (!current || current.status === 'Unknown') return true // nothing is known: what is seen is believed
  const isGood = observed.status === 'True'
  if (isGood === (current.status === 'True')) return true // no turn: only the reason may be another one
  if (!before && isGood) return true
  return now - observed.since >= (isGood ? success : failure)
}
