import { availableParallelism } from 'node:os'
import type { Meter } from '../meter.ts'
import type { Job, Loss, Tenant } from './job.ts'
import { Line } from './line.ts'

/** How long a program that was slow, or took its process with it, is kept apart, in milliseconds. */
const apart = 5 * 60_000

/** How long processes wait for the next program when there is none, in milliseconds. */
const linger = 10_000

export interface LinesOptions {
  readonly meter: Meter
  /** Ends all processes. */
  readonly signal: AbortSignal
  /** How many there are, beside the one for slow programs; with 0 as many as suit the machine. */
  readonly processes: number
}

/** One core is left to the control plane. */
const suitable = (): number => Math.min(Math.max(availableParallelism() - 1, 1), 4)

/**
 * All processes for programs: a few, and one more for programs that were slow or took their process with them. There they wait for
 * each other, and nobody else does.
 */
export class Lines {
  readonly #lines: readonly Line[]
  readonly #apart: Line
  /** Until when programs are kept apart. */
  readonly #until = new WeakMap<Tenant, number>()
  readonly #options: LinesOptions
  #tenants = 0

  constructor(options: LinesOptions) {
    this.#options = options
    const events = {
      slow: (tenant: Tenant) => this.#separate(tenant),
      lost: (tenant: Tenant, reason: Loss) => {
        this.#separate(tenant)
        options.meter.lost(reason)
      },
    }
    this.#lines = Array.from(
      { length: options.processes || suitable() },
      () => new Line({ ...events, leavesSlow: true }),
    )
    this.#apart = new Line({ ...events, leavesSlow: false })
    options.signal.addEventListener('abort', () => this.#end('the control plane ends'))
  }

  /** A program comes. */
  enter(): void {
    this.#count(1)
  }

  /** A program goes, with its calls that have not begun. */
  leave(tenant: Tenant): void {
    this.#count(-1)
    for (const line of this.#all) line.withdraw(tenant)
    if (this.#tenants === 0) setTimeout(() => this.#rest(), linger).unref()
  }

  add(job: Job, concurrency: number): void {
    if (this.#options.signal.aborted) job.lose('crash', 'the control plane ends')
    else this.#lineOf(job.tenant, concurrency).add(job)
  }

  get #all(): readonly Line[] {
    return [...this.#lines, this.#apart]
  }

  #count(by: number): void {
    this.#tenants += by
    this.#options.meter.open(this.#tenants)
  }

  #end(how: string): void {
    for (const line of this.#all) line.end(how)
  }

  #rest(): void {
    if (this.#tenants === 0) this.#end('there are no programs')
  }

  #lineOf(tenant: Tenant, concurrency: number): Line {
    const until = this.#until.get(tenant)
    if (until !== undefined && performance.now() < until) return this.#apart
    if (until !== undefined) this.#rejoin(tenant)
    const count = Math.min(Math.max(concurrency, 1), this.#lines.length)
    const lines = Array.from({ length: count }, (_, index) => this.#lines[(tenant.id + index) % this.#lines.length])
    return lines.reduce((least, line) => (line && (!least || line.length < least.length) ? line : least)) ?? this.#apart
  }

  #separate(tenant: Tenant): void {
    this.#until.set(tenant, performance.now() + apart)
    for (const line of this.#lines) for (const job of line.withdraw(tenant)) this.#apart.add(job)
  }

  #rejoin(tenant: Tenant): void {
    this.#until.delete(tenant)
    this.#apart.withdraw(tenant) // none is left after so long
  }
}
