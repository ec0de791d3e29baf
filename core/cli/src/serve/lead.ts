import type { ControlPlane } from '@flotilla/core'
import { createLease, createShards, leaderLabels, type Turn, undivided } from '@flotilla/kube'
import { type Client, type Log, type Metrics, systemNamespace } from '@flotilla/sdk'

/** What a replica ends, and is waited for. */
type End = (what: 'controllers' | 'lease' | 'shards', step: () => unknown) => Promise<void>

export interface LeadOptions {
  readonly controlPlane: Pick<ControlPlane, 'run' | 'lead' | 'work'>
  readonly client: Client
  /** How long others wait for a sign of life, in milliseconds. */
  readonly leaseDuration: number
  /** Who this replica is. */
  readonly identity: string
  readonly log: Log
  readonly metrics: Metrics
  /** How many shards there are; with one, the leader does all there is to do. */
  readonly shards: number
  /** Ends the control plane. */
  readonly life: AbortController
  /** What is held is given back when it is disposed of. */
  readonly open: AsyncDisposableStack
  readonly end: End
}

const place = { namespace: systemNamespace, name: 'flotilla' } as const

/** As in client-go: who gives no sign of life for two thirds of the time takes his lease for lost. */
const times = ({ leaseDuration: durationMs }: LeadOptions) => ({
  durationMs,
  deadlineMs: (durationMs * 2) / 3,
  retryMs: Math.min(2_000, durationMs / 7),
})

/**
 * Does this replica's part, as leases say. Rejects when it does not lead any more: leading again begins from nothing, as a new
 * process.
 */
export function lead(options: LeadOptions): Promise<void> {
  const { controlPlane, shards, life, open, end } = options
  if (shards === 1) {
    const lost = () => life.abort()
    return held({ ...options, lead: () => controlPlane.run(), lost })
  }
  const present = controlPlane.run()
  open.defer(async () => {
    life.abort()
    await end('controllers', () => present)
  })
  const shared = createShards({ ...options, ...place, ...times(options) })
  const wish = new AbortController()
  const working = shared.hold(wish.signal, (turn) => work(options, turn))
  const leading = held({ ...options, lead: controlPlane.lead, lost: () => undefined })
  open.defer(async () => {
    wish.abort()
    await end('shards', () => working)
  })
  return Promise.race([leading, present])
}

async function work({ controlPlane, log }: LeadOptions, turn: Turn): Promise<void> {
  const { shard } = turn
  log.info('shard gained', { shard })
  await controlPlane.work(turn)
  log.info('shard given back or lost', { shard })
}

interface Held extends LeadOptions {
  readonly lead: (leading: AbortSignal) => Promise<void>
  readonly lost: () => void
}

/** Leads while the lease is held, and nobody divides the work otherwise. */
function held(options: Held): Promise<void> {
  const { shards, lead, lost, open, end } = options
  const leasing = { ...options, ...place, ...times(options) }
  const lease = createLease({ ...leasing, labels: leaderLabels(shards) })
  const wish = new AbortController()
  const led = Promise.withResolvers<void>()
  let running: Promise<void> | undefined
  const begin = async (leading: AbortSignal) => {
    await undivided(leasing, leading)
    if (!leading.aborted) await lead(leading)
  }
  const onGained = (leading: AbortSignal) => {
    running = begin(leading)
    running.catch(led.reject)
  }
  const onLost = async () => {
    const isToldToEnd = wish.signal.aborted
    lost()
    await end('controllers', () => running?.catch(() => undefined))
    wish.abort() // it is not tried for again
    if (!isToldToEnd) led.reject(new Error('the lease was lost: another replica leads now'))
  }
  const holding = lease.hold(wish.signal, onGained, onLost)
  open.defer(async () => {
    wish.abort()
    await end('lease', () => holding) // it is given back
  })
  return led.promise
}
