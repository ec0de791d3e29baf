import {
  type Client,
  deepEqual,
  isAlreadyExists,
  isConflict,
  type Kind,
  type Log,
  type ObjectMeta,
  type StringMap,
} from '@flotilla/sdk'
import { withDeadline } from './deadline.ts'
import { pause } from './pause.ts'

export interface LeaseOptions {
  readonly client: Client
  readonly namespace: string
  readonly name: string
  /** Who wants it: no other process may use the same. */
  readonly identity: string
  readonly log: Log
  /** On the Lease, whoever holds it. */
  readonly labels?: StringMap
  /** How long the others wait for a sign of life of the holder; by default 15 s. */
  readonly durationMs?: number
  /** How long the holder tries to give one before it takes the lease for lost; by default 10 s, less than `durationMs`. */
  readonly deadlineMs?: number
  /** Time between two tries; by default 2 s. */
  readonly retryMs?: number
}

/** Leadership of one among many processes. */
export interface Lease {
  /**
   * Whether it is held at this moment. Who has just been asleep is told so, too: no timer has to ring for it. Nobody else
   * holds it while it is.
   */
  readonly isHeld: boolean
  /** Tells of the Lease as somebody has just read it: what is known of it for long can be taken over the sooner. */
  see(lease: LeaseObject): void
  /**
   * Tries for the lease until the signal, again and again when it is lost. `onGained` is called when it is held, with a
   * signal that ends when it is not any more; `onLost` follows each, and is waited for before the lease is given away,
   * so that the next holder does not begin before this one has ended. Resolves when all is given back.
   */
  hold(signal: AbortSignal, onGained: (leading: AbortSignal) => void, onLost: () => void | Promise<void>): Promise<void>
}

interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

/** A Lease as the API has it. */
export interface LeaseObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec?: LeaseSpec
}

/** What came of a try: we have it, somebody else has it, or it could not be found out. */
type Standing = 'ours' | 'theirs' | 'unknown'

export const leaseKind: Kind<LeaseObject> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
}

/** How long giving the lease back may take: if it fails, the others wait for it to end. */
const releaseMs = 5_000

/** RFC 3339 with microseconds, as Kubernetes writes MicroTime. */
const microTime = (): string => new Date().toISOString().replace('Z', '000Z')

class Candidate implements Lease {
  readonly #options: Required<LeaseOptions>
  /** The lease as last read or written; undefined when it has to be read. */
  #lease: LeaseObject | undefined
  /** What the lease said, and since when it says so *on our clock*: that of its holder may be another. */
  #said: LeaseSpec = {}
  #saidAt = 0
  #heldUntil = Number.NEGATIVE_INFINITY
  #failing = false

  constructor(options: LeaseOptions) {
    this.#options = { labels: {}, durationMs: 15_000, deadlineMs: 10_000, retryMs: 2_000, ...options }
  }

  get isHeld(): boolean {
    return performance.now() < this.#heldUntil
  }

  see({ spec = {} }: LeaseObject): void {
    if (deepEqual(spec, this.#said)) return
    this.#said = spec
    this.#saidAt = performance.now()
  }

  async hold(
    signal: AbortSignal,
    onGained: (leading: AbortSignal) => void,
    onLost: () => void | Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      const gainedAt = await this.#gain(signal)
      if (gainedAt === undefined) return
      await this.#lead(gainedAt, signal, onGained, onLost)
    }
  }

  /** Resolves when the lease is held, with the time it is held from; undefined when the signal ended first. */
  async #gain(signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted) {
      const begunAt = performance.now()
      if ((await this.#tryWithin(this.#options.deadlineMs, signal)) === 'ours') return begunAt
      await pause(this.#untilNextTry(), signal)
    }
    return undefined
  }

  /** Not all at once; and at the latest when the lease of who holds it is over, as far as is known. */
  #untilNextTry(): number {
    const { retryMs } = this.#options
    const left = this.#saidAt + (this.#said.leaseDurationSeconds ?? 0) * 1000 - performance.now()
    const wait = retryMs * (1 + Math.random() * 1.2)
    return left > 0 ? Math.min(wait, left + (Math.random() * retryMs) / 4) : wait
  }

  async #lead(
    gainedAt: number,
    signal: AbortSignal,
    onGained: (leading: AbortSignal) => void,
    onLost: () => void | Promise<void>,
  ): Promise<void> {
    const { log, name, identity } = this.#options
    const leading = new AbortController()
    this.#heldUntil = gainedAt + this.#options.deadlineMs
    log.info('lease gained', { lease: name, identity })
    try {
      onGained(leading.signal)
      await this.#renew(signal)
    } finally {
      leading.abort()
      log.info('lease lost or given back', { lease: name, identity })
      await this.#heldUntilOver(signal.aborted, onLost)
      this.#heldUntil = Number.NEGATIVE_INFINITY
      if (signal.aborted) await this.#release()
    }
  }

  /** Who is told to give it away holds it until what it guards has ended. */
  async #heldUntilOver(isOurs: boolean, onLost: () => void | Promise<void>): Promise<void> {
    const over = new AbortController()
    const renewing = isOurs ? this.#renew(over.signal) : undefined
    try {
      await onLost()
    } finally {
      over.abort()
      await renewing
    }
  }

  /** Gives signs of life; resolves when the lease is lost or the signal ends. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { deadlineMs, retryMs } = this.#options
    for (;;) {
      await pause(Math.min(retryMs, this.#heldUntil - performance.now()), signal)
      const begunAt = performance.now()
      const left = this.#heldUntil - begunAt
      if (signal.aborted || left <= 0) return
      const standing = await this.#tryWithin(left, signal)
      if (standing === 'ours') this.#heldUntil = begunAt + deadlineMs
      if (standing !== 'theirs') continue
      this.#heldUntil = Number.NEGATIVE_INFINITY
      return
    }
  }

  /** A try that hangs must not keep us believing that we lead. */
  #tryWithin(milliseconds: number, signal: AbortSignal): Promise<Standing> {
    return withDeadline(milliseconds, signal, (limited) => this.#try(limited)).catch((): Standing => 'unknown')
  }

  async #try(signal: AbortSignal): Promise<Standing> {
    try {
      const standing = await this.#take(signal)
      this.#failing = false
      return standing
    } catch (error) {
      this.#lease = undefined // whatever it was, look again
      if (!isConflict(error) && !isAlreadyExists(error) && !signal.aborted) this.#report(error)
      return 'unknown'
    }
  }

  /** A server that is away is said once. */
  #report(error: unknown): void {
    const { log, name } = this.#options
    log[this.#failing ? 'debug' : 'warn']('lease not reached', { lease: name, error })
    this.#failing = true
  }

  /** Takes or renews the lease, if it is free or ours. That nobody else does at once, its version sees to. */
  async #take(signal: AbortSignal): Promise<Standing> {
    const { client, namespace, name, identity } = this.#options
    this.#lease ??= await client.get(leaseKind, { namespace, name }, { signal })
    if (!this.#lease) {
      this.#keep(await client.create(leaseKind, this.#newLease(), { signal }))
      return 'ours'
    }
    this.#keep(this.#lease)
    const { holderIdentity: holder } = this.#said
    if (holder && holder !== identity && !this.#isOver()) {
      this.#lease = undefined
      return 'theirs'
    }
    this.#keep(await client.update(leaseKind, this.#renewed(this.#lease), { signal }))
    return 'ours'
  }

  #keep(lease: LeaseObject): void {
    this.#lease = lease
    this.see(lease)
  }

  #renewed(lease: LeaseObject): LeaseObject {
    const labels = { ...lease.metadata.labels, ...this.#options.labels }
    return { ...lease, metadata: { ...lease.metadata, labels }, spec: this.#newSpec() }
  }

  #isOver(): boolean {
    return performance.now() - this.#saidAt >= (this.#said.leaseDurationSeconds ?? 0) * 1000
  }

  #newLease(): LeaseObject {
    const { apiVersion, kind } = leaseKind
    const { namespace, name, labels } = this.#options
    return { apiVersion, kind, metadata: { namespace, name, labels }, spec: this.#newSpec() }
  }

  #newSpec(): LeaseSpec {
    const { identity, durationMs } = this.#options
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = this.#said
    const isOurs = holderIdentity === identity
    const now = microTime()
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: isOurs ? (acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: isOurs || holderIdentity === undefined ? leaseTransitions : leaseTransitions + 1,
    }
  }

  async #release(): Promise<void> {
    const { client, namespace, name, identity, log } = this.#options
    const options = { signal: AbortSignal.timeout(releaseMs) }
    try {
      const lease = this.#lease ?? (await client.get(leaseKind, { namespace, name }, options))
      if (lease?.spec?.holderIdentity !== identity) return
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime() }
      await client.update(leaseKind, { ...lease, spec }, options)
    } catch (error) {
      log.warn('lease not given back; the others wait for it to end', { lease: name, error })
    }
  }
}

/**
 * A coordination.k8s.io Lease to lead by. At most one process holds it at a time, as far as their clocks run at about
 * the same pace; that they show the same time is not needed.
 */
export const createLease = (options: LeaseOptions): Lease => new Candidate(options)
