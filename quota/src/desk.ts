import {
  type Client,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  isConflict,
  isNotFound,
  type Key,
} from '@flotilla/sdk'
import type { Amounts } from './amounts.ts'
import { type Claim, type Excess, reserve } from './reserve.ts'

export interface DeskOptions {
  readonly client: Pick<Client, 'get' | 'update'>
  readonly key: Key
  /** The quota as the cache has it. */
  readonly cached: () => FederatedResourceQuota | undefined
  /** What is used of its limits, as its status says, or as it is counted where it does not say. */
  readonly usedOf: (quota: FederatedResourceQuota) => Amounts
  readonly now: () => Date
  readonly signal: AbortSignal
}

/** Someone waits for the answer to a claim. */
interface Waiting {
  readonly claim: Claim
  readonly answer: (excess: Excess | undefined) => void
  readonly fail: (error: unknown) => void
}

interface Settled {
  readonly quota: FederatedResourceQuota
  readonly excesses: ReadonlyMap<Waiting, Excess>
}

/** How often another writer may be faster. Each time somebody's claim was settled: it goes on. */
const mostRaces = 100

const versionOf = (quota: FederatedResourceQuota): number => Number(quota.metadata.resourceVersion)

/**
 * Where claims on a quota are settled, one after another: each is written into the status of the quota, onto the version it
 * was settled by, before its binding is written. So no two of them take the same, whoever serves them. Those that come while
 * a write is under way share the next one.
 */
export class Desk {
  readonly #options: DeskOptions
  #waiting: Waiting[] = []
  #isOpen = false
  /** As it was last written or read here: the cache may not have heard of it. */
  #known: FederatedResourceQuota | undefined

  constructor(options: DeskOptions) {
    this.#options = options
  }

  /** Resolves when the claim is written down, or with what there is too little of. */
  settle(claim: Claim): Promise<Excess | undefined> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ claim, answer, fail })
      if (!this.#isOpen) void this.#serve()
    })
  }

  /** What a claim would be answered now. */
  async ask(claim: Claim): Promise<Excess | undefined> {
    const cached = this.#excessOf(this.#latest(), claim)
    return cached && this.#excessOf(await this.#read(), claim)
  }

  #excessOf(quota: FederatedResourceQuota | undefined, claim: Claim): Excess | undefined {
    const verdict = quota && reserve(quota, this.#options.usedOf(quota), claim, this.#options.now())
    return verdict && 'excess' in verdict ? verdict.excess : undefined
  }

  /** As it is, not as the cache has it: who is refused hears of what is freed from then on, not of what was freed before. */
  async #read(): Promise<FederatedResourceQuota | undefined> {
    const { client, key, signal } = this.#options
    this.#known = await client.get(federatedResourceQuotaKind, key, { signal })
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
  async #write(batch: readonly Waiting[]): Promise<ReadonlyMap<Waiting, Excess>> {
    let before = this.#latest()
    let isRead = false
    for (let races = 0; before && !before.metadata.deletionTimestamp; races++) {
      const { quota, excesses } = this.#fold(before, batch)
      if (excesses.size > 0 && !isRead) {
        before = await this.#read()
        isRead = true
        continue
      }
      if (quota === before) return excesses
      if (await this.#put(quota, races)) return excesses
      before = await this.#read()
      isRead = true
    }
    return new Map() // nobody limits anything any more
  }

  /** Whether it is written; not when another writer was faster. */
  async #put(quota: FederatedResourceQuota, races: number): Promise<boolean> {
    const { client, signal } = this.#options
    try {
      this.#known = await client.update(federatedResourceQuotaKind, quota, { subresource: 'status', signal })
      return true
    } catch (error) {
      if ((isConflict(error) || isNotFound(error)) && races < mostRaces) return false
      throw error
    }
  }

  #fold(before: FederatedResourceQuota, batch: readonly Waiting[]): Settled {
    const now = this.#options.now()
    const excesses = new Map<Waiting, Excess>()
    let quota = before
    for (const each of batch) {
      const verdict = reserve(quota, this.#options.usedOf(quota), each.claim, now)
      if ('excess' in verdict) excesses.set(each, verdict.excess)
      else quota = { ...quota, status: verdict.status }
    }
    return { quota, excesses }
  }

  #latest(): FederatedResourceQuota | undefined {
    const cached = this.#options.cached()
    const known = this.#known
    const isAnother = cached?.metadata.uid !== known?.metadata.uid
    if (!known || isAnother || !cached || versionOf(cached) >= versionOf(known)) return cached
    return known
  }
}
