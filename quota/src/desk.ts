import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, isConflict, isNotFound, type Key, type Kind, type Manifest } from '@flotilla/sdk'

/** What comes of a claim on a quota. */
export interface Settled<Q, E> {
  /** The quota with what is to be written down; undefined when there is nothing. */
  readonly quota?: Q
  /** What there is too little of. */
  readonly excess?: E
}

/** How claims on quotas of a kind are settled. */
export interface Rules<Q, C, E> {
  /** The quota in which a claim has its place, or what there is too little of. */
  readonly settle: (quota: Q, claim: C, now: Date) => Settled<Q, E>
  /** The quota without a claim, which is of no use any more; the same when it has none. */
  readonly giveBack: (quota: Q, claim: C) => Q
}

export interface DeskOptions<Q extends Manifest, C, E> {
  readonly client: Pick<Client, 'get' | 'update'>
  readonly kind: Kind<Q>
  readonly key: Key
  /** The quota as the cache has it. */
  readonly cached: () => Q | undefined
  readonly rules: Rules<Q, C, E>
  readonly now: () => Date
  readonly signal: AbortSignal
}

/** Someone waits for the answer to a claim. */
interface Waiting<Q, E> {
  readonly act: (quota: Q) => Settled<Q, E>
  /** Whether the cache may be too old to act on. */
  readonly reads: boolean
  readonly answer: (excess: E | undefined) => void
  readonly fail: (error: unknown) => void
}

interface Folded<Q, E> {
  readonly quota: Q
  readonly excesses: ReadonlyMap<Waiting<Q, E>, E>
}

/** How often another writer may be faster. Each time somebody's claim was settled: it goes on. */
const mostRaces = 100

/** Milliseconds until the faster writer is surely through: what it wrote may be refused to others before it can be read. */
const waitAfter = (races: number): number => Math.random() * Math.min(50, 2 ** races)

const versionOf = ({ metadata }: Manifest): number => Number(metadata.resourceVersion)

/**
 * Where claims on a quota are settled, one after another: each is written into the status of the quota, onto the version it
 * was settled by, before its binding is written. So no two of them take the same, whoever serves them. Those that come while
 * a write is under way share the next one.
 */
export class Desk<Q extends Manifest, C, E> {
  readonly #options: DeskOptions<Q, C, E>
  #waiting: Waiting<Q, E>[] = []
  #isOpen = false
  /** As it was last written or read here: the cache may not have heard of it. */
  #known: Q | undefined

  constructor(options: DeskOptions<Q, C, E>) {
    this.#options = options
  }

  /** Resolves when the claim is written down, or with what there is too little of. */
  settle(claim: C): Promise<E | undefined> {
    const { rules, now } = this.#options
    return this.#act((quota) => rules.settle(quota, claim, now()))
  }

  /** Takes a claim back whose write has surely come to nothing: others may have it at once. */
  async giveBack(claim: C): Promise<void> {
    const { rules } = this.#options
    await this.#act((quota) => ({ quota: rules.giveBack(quota, claim) }), true)
  }

  /** What a claim would be answered now. */
  async ask(claim: C): Promise<E | undefined> {
    const cached = this.#excessOf(this.#latest(), claim)
    return cached && this.#excessOf(await this.#read(), claim)
  }

  #act(act: Waiting<Q, E>['act'], reads = false): Promise<E | undefined> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ act, reads, answer, fail })
      if (!this.#isOpen) void this.#serve()
    })
  }

  #excessOf(quota: Q | undefined, claim: C): E | undefined {
    const { rules, now } = this.#options
    return quota && rules.settle(quota, claim, now()).excess
  }

  /** As it is, not as the cache has it: who is refused hears of what is freed from then on, not of what was freed before. */
  async #read(): Promise<Q | undefined> {
    const { client, kind, key, signal } = this.#options
    this.#known = await client.get(kind, key, { signal })
    return this.#known
  }

  async #serve(): Promise<void> {
    this.#isOpen = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const excesses = await this.#write(batch)
        for (const each of batch) each.answer(excesses.get(each))
      } catch (error) {
        for (const { fail } of batch) fail(error)
      }
    }
    this.#isOpen = false
  }

  /** One write for all that fit. */
  async #write(batch: readonly Waiting<Q, E>[]): Promise<ReadonlyMap<Waiting<Q, E>, E>> {
    let isRead = batch.some(({ reads }) => reads)
    let before = isRead ? await this.#read() : this.#latest()
    for (let races = 0; before && !before.metadata.deletionTimestamp; races++) {
      const { quota, excesses } = fold(before, batch)
      if (excesses.size > 0 && !isRead) {
        before = await this.#read()
        isRead = true
        continue
      }
      if (quota === before) return excesses
      if (await this.#put(quota, races)) return excesses
      await sleep(waitAfter(races), undefined, { signal: this.#options.signal })
      before = await this.#read()
      isRead = true
    }
    return new Map() // nobody limits anything any more
  }

  /** Whether it is written; not when another writer was faster. */
  async #put(quota: Q, races: number): Promise<boolean> {
    const { client, kind, signal } = this.#options
    try {
      this.#known = await client.update(kind, quota, { subresource: 'status', signal })
      return true
    } catch (error) {
      if ((isConflict(error) || isNotFound(error)) && races < mostRaces) return false
      throw error
    }
  }

  #latest(): Q | undefined {
    const cached = this.#options.cached()
    const known = this.#known
    const isAnother = cached?.metadata.uid !== known?.metadata.uid
    if (!known || isAnother || !cached || versionOf(cached) >= versionOf(known)) return cached
    return known
  }
}

function fold<Q, E>(before: Q, batch: readonly Waiting<Q, E>[]): Folded<Q, E> {
  const excesses = new Map<Waiting<Q, E>, E>()
  let quota = before
  for (const each of batch) {
    const settled = each.act(quota)
    if (settled.excess !== undefined) excesses.set(each, settled.excess)
    quota = settled.quota ?? quota
  }
  return { quota, excesses }
}
