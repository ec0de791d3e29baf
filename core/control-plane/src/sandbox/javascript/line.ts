import { Child } from './child.ts'
import type { Frame } from './frames.ts'
import type { Source } from './isolated.ts'
import { Watch, type Watched } from './watch.ts'

/** How many calls a process is given before it has answered the first of them, and how many of one program. */
const ahead = { all: 8, ofOne: 2 }

/** How many calls of a program may wait, and for how long, in milliseconds: then nobody asks for the answer any more. */
const patience = { calls: 1000, time: 10_000 }

/** How long a process may take to begin, in milliseconds. */
const start: Watched = { timeout: 30_000, memory: Number.POSITIVE_INFINITY }

/** Why a call came to nothing. */
export type Loss = 'timeout' | 'memory' | 'crash'

/** A program, as its processes know it. */
export interface Tenant extends Source {
  readonly id: number
  /** Nobody waits for its answers any more. */
  readonly isGone: boolean
}

/** Something to ask a program. */
export interface Job extends Watched {
  readonly tenant: Tenant
  /** What is to be done, as the process reads it. */
  readonly text: string
  /** When it came, as `performance.now` says. */
  readonly since: number
  readonly answer: (text: string) => void
  readonly lose: (reason: Loss | 'busy', how: string) => void
}

export interface LineOptions {
  /** A program takes its time. */
  slow(tenant: Tenant): void
  /** A program took the process with it. */
  lost(tenant: Tenant, reason: Loss): void
}

/** What ends a process in which V8 finds no more memory. */
const memorySignals = ['SIGKILL', 'SIGABRT', 'SIGTRAP', 'SIGILL']

/**
 * A process, and the calls that go there. They run one after the other; programs take turns. When the process is lost, the call that
 * ran is, and no other: those behind it go to the next process.
 */
export class Line {
  readonly #options: LineOptions
  readonly #watch: Watch
  #child: Child | undefined
  #isReady = false
  /** Programs the process has been told of. */
  readonly #known = new Set<number>()
  readonly #waiting = new Map<Tenant, Job[]>()
  /** The first one runs. */
  #sent: Job[] = []
  #blamed: { readonly watched: Watched; readonly reason: Loss } | undefined

  constructor(options: LineOptions) {
    this.#options = options
    this.#watch = new Watch({
      pid: () => this.#child?.pid,
      running: () => (this.#child && !this.#isReady ? start : this.#sent[0]),
      slow: (watched) => {
        const [job] = this.#sent
        if (job === watched) options.slow(job.tenant)
      },
      overstayed: (watched, reason) => {
        this.#blamed = { watched, reason }
        this.#child?.kill()
      },
    })
  }

  /** How many calls are on their way. */
  get length(): number {
    return this.#sent.length + this.#waiting.values().reduce((sum, jobs) => sum + jobs.length, 0)
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
    if (this.#known.delete(tenant.id)) this.#child?.say({ program: tenant.id, text: 'd' })
    return jobs
  }

  /** Ends the process, and calls that are on their way. */
  end(how: string): void {
    const jobs = [...this.#sent, ...[...this.#waiting.values()].flat()]
    this.#waiting.clear()
    this.#child?.kill()
    this.#forget()
    for (const job of jobs) job.lose('crash', how)
  }

  #forget(): void {
    this.#child = undefined
    this.#isReady = false
    this.#blamed = undefined
    this.#known.clear()
    this.#sent = []
  }

  #next(): void {
    while (this.#sent.length < ahead.all) {
      const job = this.#take()
      if (!job) return
      this.#send(job)
    }
  }

  /** The next call of whose turn it is. */
  #take(): Job | undefined {
    for (const [tenant, jobs] of this.#waiting) {
      if (this.#sent.filter((job) => job.tenant === tenant).length >= ahead.ofOne) continue
      const job = jobs.shift()
      this.#waiting.delete(tenant) // and stands last from now on
      if (jobs.length > 0) this.#waiting.set(tenant, jobs)
      if (!job || performance.now() - job.since < patience.time) return job
      job.lose('busy', `${jobs.length}`)
      return this.#take()
    }
    return undefined
  }

  #send(job: Job): void {
    const { tenant, text } = job
    const child = this.#begun()
    if (!this.#known.has(tenant.id)) {
      const { code, timeout, memory, output } = tenant
      child.say({ program: tenant.id, text: `k${JSON.stringify({ code, timeout, memory, output } satisfies Source)}` })
      this.#known.add(tenant.id)
    }
    child.say({ program: tenant.id, text })
    this.#sent.push(job)
    this.#watch.begin()
  }

  #begun(): Child {
    if (this.#child) return this.#child
    this.#watch.forget()
    const child = new Child({
      heard: (frame) => child === this.#child && this.#heard(frame),
      ended: (how) => child === this.#child && this.#ended(how),
    })
    this.#child = child
    return child
  }

  /** The first thing it says is that it is ready. */
  #heard({ text }: Frame): void {
    const job = this.#isReady ? this.#sent.shift() : undefined
    this.#isReady = true
    this.#next()
    job?.answer(text)
  }

  #ended(how: string): void {
    if (!this.#isReady) {
      this.end(`the process for programs does not begin: ${how}`)
      return
    }
    const [first, ...others] = this.#sent
    const blamed = this.#blamed
    this.#forget()
    this.#back(others)
    if (first && blamed && blamed.watched !== first)
      this.#back([first]) // who was blamed has answered in the meantime
    else if (first) this.#lose(first, blamed?.reason ?? (memorySignals.includes(how) ? 'memory' : 'crash'), how)
    this.#begun() // so that the next call finds it ready
    this.#next()
  }

  #lose(job: Job, reason: Loss, how: string): void {
    this.#options.lost(job.tenant, reason)
    job.lose(reason, `its process ended with ${how}`)
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
