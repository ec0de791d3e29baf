import { type Client, keyOf, type Log, type Metrics } from '@flotilla/sdk'
import { withDeadline } from './deadline.ts'
import { createLease, type Lease, type LeaseObject, type LeaseOptions, leaseKind } from './lease.ts'
import { pause } from './pause.ts'
import { divided } from './shard.ts'
import { Sightings } from './sightings.ts'

/** What a Lease is for, how many shards its holder divides the work into, and which of them it is. */
export const leaseLabels = {
  lease: 'flotilla.dev/lease',
  shards: 'flotilla.dev/shards',
  shard: 'flotilla.dev/shard',
} as const

export interface ShardsOptions extends Omit<LeaseOptions, 'labels'> {
  /** All leases begin with it. The leader's has just this name. */
  readonly name: string
  /** How many there are. The leader's number counts: who has another one works on none. */
  readonly shards: number
  readonly metrics: Metrics
  /** How long what was begun may go on when a shard is handed over; by default 3 s. */
  readonly graceMs?: number
}

/** A shard, while it is this process's to work on. */
export interface Turn {
  readonly shard: number
  /** Ends when nothing new is to be begun. */
  readonly signal: AbortSignal
  /** Ends when nothing may go on. */
  readonly cut: AbortSignal
  /** Whether it is this process's at this very moment. */
  isHeld(): boolean
}

/** A fair share of shards. */
export interface Shards {
  /** Those worked on here. */
  readonly held: readonly number[]
  /**
   * Works on this replica's share until the signal. What `work` does is waited for before the shard is given to another
   * replica. Resolves when all are given back.
   */
  hold(signal: AbortSignal, work: (turn: Turn) => Promise<void>): Promise<void>
}

/** How long is waited for what was begun once it is cut off. */
const drainMs = 3_000

/** A replica that was not heard of for so many lease durations is forgotten. */
const forgottenAfter = 20

/** The labels of the leader's Lease. */
export const leaderLabels = (shards: number) =>
  ({ [leaseLabels.lease]: 'leader', [leaseLabels.shards]: String(shards) }) as const

const labelOf = ({ metadata: { labels } }: LeaseObject, name: keyof typeof leaseLabels): string | undefined =>
  labels?.[leaseLabels[name]]

type Reading = Pick<ShardsOptions, 'client' | 'namespace' | 'shards' | 'deadlineMs' | 'retryMs' | 'log'>

async function read({ client, namespace, deadlineMs = 10_000 }: Reading, signal: AbortSignal) {
  const options = { namespace, labelSelector: leaseLabels.lease }
  const list = await withDeadline(deadlineMs, signal, (limited) => client.list(leaseKind, { ...options, signal: limited })) // biome-ignore format: one call
  return list.items
}

/** Whether nobody works on a shard of another division of the work. */
const isClear = (sightings: Sightings, shards: number): boolean =>
  sightings.alive.every((lease) => labelOf(lease, 'lease') !== 'shard' || labelOf(lease, 'shards') === String(shards))

/**
 * Waits until nobody works on a shard of another division of the work, and what else is to be. Who asks has written his own
 * lease before: of two that do so, one at least sees the other.
 */
async function untilClear(
  reading: Reading,
  signal: AbortSignal,
  isDue: (leases: readonly LeaseObject[]) => boolean,
): Promise<void> {
  const { shards, retryMs = 2_000, log } = reading
  const sightings = new Sightings()
  for (let isTold = false; !signal.aborted; isTold = true) {
    try {
      const leases = await read(reading, signal)
      sightings.see(leases)
      if (isDue(leases) && isClear(sightings, shards)) return
      if (!isTold) log.info('waits for replicas that divide the work otherwise', { shards })
    } catch (error) {
      if (!signal.aborted) log.warn('leases not read', { error })
    }
    await pause(retryMs, signal)
  }
}

/** A leader waits, before it leads, until nobody works on a shard of another division of the work. */
export const undivided = (reading: Reading, signal: AbortSignal): Promise<void> =>
  untilClear(reading, signal, () => true)

/** A shard's lease, and whether it is wished for. */
interface Slot {
  readonly shard: number
  readonly lease: Lease
  wish?: AbortController | undefined
  holding?: Promise<void> | undefined
}

class FairShare implements Shards {
  readonly #options: ShardsOptions & { readonly client: Client; readonly log: Log }
  readonly #retryMs: number
  readonly #durationMs: number
  readonly #graceMs: number
  readonly #slots: readonly Slot[]
  readonly #sightings = new Sightings()
  readonly #measures
  readonly #held = new Set<number>()

  constructor(options: ShardsOptions) {
    const { shards, name, retryMs = 2_000, durationMs = 15_000, graceMs = 3_000, metrics } = options
    this.#options = options
    this.#retryMs = retryMs
    this.#durationMs = durationMs
    this.#graceMs = graceMs
    this.#measures = measures(metrics)
    this.#slots = Array.from({ length: shards }, (_, shard) => ({
      shard,
      lease: createLease({ ...options, name: `${name}-shard-${shard}`, labels: this.#labels('shard', shard) }),
    }))
  }

  get held(): readonly number[] {
    return [...this.#held].sort((a, b) => a - b)
  }

  async hold(signal: AbortSignal, work: (turn: Turn) => Promise<void>): Promise<void> {
    const present = this.#bePresent(signal)
    while (!signal.aborted) {
      await this.#look(signal, work)
      await pause(this.#retryMs, signal)
    }
    for (const { wish } of this.#slots) wish?.abort()
    await Promise.all([present, ...this.#slots.map(({ holding }) => holding)])
  }

  #labels(lease: 'replica' | 'shard', shard?: number) {
    const { lease: kind, shards, shard: number } = leaseLabels
    return {
      [kind]: lease,
      [shards]: String(this.#options.shards),
      ...(shard !== undefined && { [number]: String(shard) }),
    }
  }

  /** Others know by a lease of its own that this replica is there to work. */
  async #bePresent(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity, log } = this.#options
    const own = `${name}-replica-${identity.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(-200)
    const lease = createLease({ ...this.#options, name: own, labels: this.#labels('replica') })
    await lease.hold(signal, () => undefined, () => undefined) // biome-ignore format: nothing depends on it
    try {
      await client.delete(leaseKind, { namespace, name: own }, { signal: AbortSignal.timeout(this.#retryMs) })
    } catch (error) {
      log.debug('lease of this replica not deleted; the others wait for it to end', { lease: own, error })
    }
  }

  async #look(signal: AbortSignal, work: (turn: Turn) => Promise<void>): Promise<void> {
    try {
      const leases = await read(this.#options, signal)
      this.#sightings.see(leases)
      this.#pass(leases)
      const share = this.#share(leases)
      for (const slot of this.#slots) {
        if (!share.has(slot.shard)) slot.wish?.abort()
        else if (!slot.holding) this.#want(slot, signal, work)
      }
      await this.#forget()
    } catch (error) {
      if (!signal.aborted) this.#options.log.warn('leases of shards not read', { error })
    }
  }

  /** What has been seen of a shard's lease counts for whoever wants it: that its holder is dead is known to all at once. */
  #pass(leases: readonly LeaseObject[]): void {
    for (const lease of leases)
      if (labelOf(lease, 'lease') === 'shard') this.#slots[Number(labelOf(lease, 'shard'))]?.lease.see(lease)
  }

  /** What is to be worked on here, as far as is known. */
  #share(leases: readonly LeaseObject[]): ReadonlySet<number> {
    const { shards, identity } = this.#options
    if (!this.#isAgreed(leases)) return new Set()
    const isPeer = (lease: LeaseObject) =>
      labelOf(lease, 'lease') === 'replica' && labelOf(lease, 'shards') === String(shards)
    const peers = this.#sightings.alive.filter(isPeer).flatMap(({ spec }) => spec?.holderIdentity ?? [])
    const owners = divided(shards, [...new Set([...peers, identity])])
    return new Set([...owners].filter(([, owner]) => owner === identity).map(([shard]) => shard))
  }

  /** Whether the leader divides the work as we do. */
  #isAgreed(leases: readonly LeaseObject[]): boolean {
    const leader = leases.find((lease) => labelOf(lease, 'lease') === 'leader')
    return leader !== undefined && labelOf(leader, 'shards') === String(this.#options.shards)
  }

  #want(slot: Slot, signal: AbortSignal, work: (turn: Turn) => Promise<void>): void {
    const wish = new AbortController()
    let running: Promise<void> = Promise.resolve()
    const gained = (leading: AbortSignal) => {
      running = this.#begin(slot, leading, wish.signal, work)
    }
    slot.wish = wish
    slot.holding = slot.lease
      .hold(wish.signal, gained, () => this.#drained(slot, running))
      .finally(() => {
        slot.wish = undefined
        slot.holding = undefined
      })
    if (signal.aborted) wish.abort()
  }

  async #begin(
    { shard, lease }: Slot,
    leading: AbortSignal,
    wish: AbortSignal,
    work: (turn: Turn) => Promise<void>,
  ): Promise<void> {
    await untilClear(this.#options, leading, (leases) => this.#isAgreed(leases))
    if (leading.aborted) return
    const cut = new AbortController()
    let timer: NodeJS.Timeout | undefined
    leading.addEventListener('abort', () => {
      if (wish.aborted) timer = setTimeout(() => cut.abort(), this.#graceMs)
      else cut.abort()
    })
    this.#count(shard, 'gained')
    try {
      await work({ shard, signal: leading, cut: cut.signal, isHeld: () => lease.isHeld })
    } catch (error) {
      this.#options.log.error('work on a shard ended by itself', { shard, error })
    } finally {
      clearTimeout(timer)
      this.#count(shard, 'lost')
    }
  }

  /** What does not end does not keep the shard from others: it may write nothing any more. */
  async #drained({ shard }: Slot, running: Promise<void>): Promise<void> {
    try {
      await withDeadline(this.#graceMs + drainMs, undefined, () => running)
    } catch (error) {
      this.#options.log.error('work on a shard does not end', { shard, error })
    }
  }

  #count(shard: number, to: 'gained' | 'lost'): void {
    if (to === 'gained') this.#held.add(shard)
    else this.#held.delete(shard)
    this.#measures.held.set(this.#held.size)
    this.#measures.transitions.add({ shard: String(shard), to })
  }

  /** Replicas that were killed leave a lease behind. */
  async #forget(): Promise<void> {
    const { client, log } = this.#options
    for (const lease of this.#sightings.silentFor(forgottenAfter * this.#durationMs)) {
      if (labelOf(lease, 'lease') !== 'replica') continue
      const { uid, resourceVersion } = lease.metadata
      const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }
      await client
        .delete(leaseKind, keyOf(lease), { preconditions, signal: AbortSignal.timeout(this.#durationMs) })
        .catch((error) => log.debug('lease of a replica that is gone not deleted', { error }))
    }
  }
}

const measures = (metrics: Metrics) => ({
  held: metrics.gauge({ name: 'flotilla_shards_held', help: 'Shards this replica works on.' }),
  transitions: metrics.counter({
    name: 'flotilla_shard_transitions_total',
    help: 'How often this replica gained and lost shards.',
    labels: ['shard', 'to'],
  }),
})

/** Divides shards among the replicas that are there: each is held by one at a time, by a lease. */
export const createShards = (options: ShardsOptions): Shards => new FairShare(options)
