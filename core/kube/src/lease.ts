import {
  type Client,
  deepEqual,
  isAlreadyExists,
  isConflict,
  type Kind,
  type Log,
  type ObjectMeta,
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

interface LeaseObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec?: LeaseSpec
}

/** What came of a try: we have it, somebody else has it, or it could not be found out. */
type Standing = 'ours' | 'theirs' | 'unknown'

const leaseKind: Kind<LeaseObject> = {
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
  #failing = false

  constructor(options: LeaseOptions) {
    this.#options = { durationMs: 15_000, deadlineMs: 10_000, retryMs: 2_000, ...options }
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
      await pause(this.#options.retryMs * (1 + Math.random() * 1.2), signal)
    }
    return undefined
  }

  async #lead(
    gainedAt: number,
    signal: AbortSignal,
    onGained: (leading: AbortSignal) => void,
    onLost: () => void | Promise<void>,
  ): Promise<void> {
    const { log, name, identity } = this.#options
    const leading = new AbortController()
    log.info('lease gained', { lease: name, identity })
    try {
      onGained(leading.signal)
      await this.#renew(gainedAt, signal)
    } finally {
      leading.abort()
      log.info('lease lost or given back', { lease: name, identity })
      await onLost()
      if (signal.aborted) await this.#release()
    }
  }

  /** Gives signs of life; resolves when the lease is lost or the signal ends. */
  async #renew(gainedAt: number, signal: AbortSignal): Promise<void> {
    const { deadlineMs, retryMs } = this.#options
    let renewedAt = gainedAt
    for (;;) {
      await pause(Math.min(retryMs, renewedAt + deadlineMs - performance.now()), signal)
      const left = renewedAt + deadlineMs - performance.now()
      if (signal.aborted || left <= 0) return
      const begunAt = performance.now()
      const standing = await this.#tryWithin(left, signal)
      if (standing === 'theirs') return
      if (standing === 'ours') renewedAt = begunAt
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
      this.#see(await client.create(leaseKind, this.#newLease(), { signal }))
      return 'ours'
    }
    this.#see(this.#lease)
    const { holderIdentity: holder } = this.#said
    if (holder && holder !== identity && !this.#isOver()) {
      this.#lease = undefined
      return 'theirs'
    }
    this.#see(await client.update(leaseKind, { ...this.#lease, spec: this.#newSpec() }, { signal }))
    return 'ours'
  }

  #see(lease: LeaseObject): void {
    this.#lease = lease
    if (deepEqual(lease.spec ?? {}, this.#said)) return
    this.#said = lease.spec ?? {}
    this.#saidAt = performance.now()
  }

  #isOver(): boolean {
    return performance.now() - this.#saidAt >= (this.#said.leaseDurationSeconds ?? 0) * 1000
  }

  #newLease(): LeaseObject {
    const { apiVersion, kind } = leaseKind
    const { namespace, name } = this.#options
    return { apiVersion, kind, metadata: { namespace, name }, spec: this.#newSpec() }
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
