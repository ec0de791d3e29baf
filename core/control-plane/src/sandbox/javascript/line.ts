import type { Job, Loss, Tenant } from './job.ts'
import { type End, Running } from './running.ts'

/** How many calls of a program may wait, and for how long, in milliseconds: then nobody asks for the answer any more. */
const patience = { calls: 1000, time: 10_000 }

/** How many processes a line may have left behind that still run something slow. */
const stragglers = 2

export interface LineOptions {
  /** Whether whoever waits behind a slow call goes on in another process. */
  readonly leavesSlow: boolean
  /** A program takes its time. */
  slow(tenant: Tenant): void
  /** A program took its process with it. */
  lost(tenant: Tenant, reason: Loss): void
}

/** A process at a time, and the calls that wait for it. Programs take turns. */
export class Line {
  readonly #options: LineOptions
  readonly #waiting = new Map<Tenant, Job[]>()
  readonly #left = new Set<Running>()
  #running: Running | undefined

  constructor(options: LineOptions) {
    this.#options = options
  }

  /** How many calls are on their way. */
  get length(): number {
    return (this.#running?.length ?? 0) + this.#waiting.values().reduce((sum, jobs) => sum + jobs.length, 0)
  }

  add(job: Job): void {
    const jobs = this.#waiting.get(job.tenant)
    if (jobs && jobs.length >= patience.calls) {
      job.lose('busy', `${jobs.length}`)
      return
    }
    if (jobs) jobs.push(job)
    else this.#waiting.set(job.tenant, [job])
    this.#next()
  }

  /** The calls of a program that have not begun. It leaves. */
  withdraw(tenant: Tenant): readonly Job[] {
    const jobs = this.#waiting.get(tenant) ?? []
    this.#waiting.delete(tenant)
    this.#running?.drop(tenant)
    return jobs
  }

  /** Ends all processes, and calls that are on their way. */
  end(how: string): void {
    const processes = [...this.#left, ...(this.#running ? [this.#running] : [])]
    this.#running = undefined
    for (const running of processes) {
      for (const job of running.abandon()) job.lose('crash', how)
    }
    this.#fail(how)
  }

  /** Whoever waits does so in vain. */
  #fail(how: string): void {
    const jobs = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    for (const job of jobs) job.lose('crash', how)
  }

  #next(): void {
    while (!this.#running?.isFull) {
      const job = this.#take()
      if (!job) return
      this.#begun().send(job)
    }
  }

  /** The next call of whose turn it is. */
  #take(): Job | undefined {
    for (const [tenant, jobs] of this.#waiting) {
      if (this.#running?.takes(tenant) === false) continue
      const job = jobs.shift()
      this.#waiting.delete(tenant) // and stands last from now on
      if (jobs.length > 0) this.#waiting.set(tenant, jobs)
      if (!job || performance.now() - job.since < patience.time) return job
      job.lose('busy', `${jobs.length}`)
      return this.#take()
    }
    return undefined
  }

  #begun(): Running {
    if (this.#running) return this.#running
    const running: Running = new Running({
      free: () => this.#next(),
      slow: ({ tenant }) => this.#slow(running, tenant),
      ended: (end) => this.#ended(running, end),
    })
    this.#running = running
    return running
  }

  #slow(running: Running, tenant: Tenant): void {
    const isLeft = this.#options.leavesSlow && running === this.#running && this.#left.size < stragglers
    if (isLeft) {
      this.#left.add(running)
      this.#running = undefined
      this.#back(running.retire())
    }
    this.#options.slow(tenant)
    if (isLeft) this.#follow()
  }

  #ended(running: Running, { others, lost, failure }: End): void {
    const isOurs = running === this.#running
    this.#left.delete(running)
    if (isOurs) this.#running = undefined
    this.#back(others)
    if (lost) this.#options.lost(lost.job.tenant, lost.reason)
    lost?.job.lose(lost.reason, lost.how)
    if (!isOurs) return
    if (failure === undefined) this.#follow()
    else this.#fail(failure)
  }

  /** Another process takes over, begun at once so that the next call finds it ready. */
  #follow(): void {
    this.#begun()
    this.#next()
  }

  /** Those that were sent too early wait again, before others of their programs. */
  #back(jobs: readonly Job[]): void {
    for (const job of jobs.toReversed()) {
      if (job.tenant.isGone) continue
      const waiting = this.#waiting.get(job.tenant)
      if (waiting) waiting.unshift(job)
      else this.#waiting.set(job.tenant, [job])
    }
  }
}
