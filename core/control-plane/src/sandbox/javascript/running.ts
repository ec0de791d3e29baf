import { Child } from './child.ts'
import type { Frame } from './frames.ts'
import type { Source } from './isolated.ts'
import type { Job, Loss, Tenant } from './job.ts'
import { Watch, type Watched } from './watch.ts'

/** How many calls a process is given before it has answered the first of them, and how many of one program. */
const ahead = { all: 8, ofOne: 2 }

/** How long a process may take to begin, in milliseconds. */
const start: Watched = { timeout: 30_000, memory: Number.POSITIVE_INFINITY }

/** What ends a process in which V8 finds no more memory. */
const memorySignals = ['SIGKILL', 'SIGABRT', 'SIGTRAP', 'SIGILL']

export interface RunningEvents {
  /** It can be given more. */
  free(): void
  /** A call takes its time. */
  slow(job: Job): void
  /** It is gone. */
  ended(end: End): void
}

/** How a process ended. */
export interface End {
  /** Calls that have not begun. */
  readonly others: readonly Job[]
  /** The call that took the process with it. */
  readonly lost?: { readonly job: Job; readonly reason: Loss; readonly how: string }
  /** Why the process never began itself. */
  readonly failure?: string
}

/** A process, and the calls it was given: they run one after the other. When it is lost, the call that ran is, and no other. */
export class Running {
  readonly #events: RunningEvents
  readonly #child: Child
  readonly #watch: Watch
  /** Programs it has been told of. */
  readonly #known = new Set<number>()
  /** The first one runs. */
  #jobs: Job[] = []
  #isReady = false
  #isRetired = false
  #isGone = false
  #blamed: { readonly watched: Watched; readonly reason: Loss } | undefined

  constructor(events: RunningEvents) {
    this.#events = events
    this.#child = new Child({ heard: (frame) => this.#heard(frame), ended: (how) => this.#ended(how) })
    this.#watch = new Watch({
      pid: this.#child.pid,
      running: () => this.#runs(),
      slow: () => this.#slow(),
      overstayed: (watched, reason) => {
        this.#blamed = { watched, reason }
        this.#child.kill()
      },
    })
  }

  get length(): number {
    return this.#jobs.length
  }

  get isFull(): boolean {
    return this.#jobs.length >= ahead.all
  }

  /** Whether a program may be given to it once more. */
  takes(tenant: Tenant): boolean {
    return this.#jobs.filter((job) => job.tenant === tenant).length < ahead.ofOne
  }

  send(job: Job): void {
    const { tenant, text } = job
    if (!this.#known.has(tenant.id)) {
      const { code, timeout, memory, output } = tenant
      this.#say(tenant, `k${JSON.stringify({ code, timeout, memory, output } satisfies Source)}`)
      this.#known.add(tenant.id)
    }
    this.#say(tenant, text)
    this.#jobs.push(job)
    this.#watch.begin()
  }

  drop(tenant: Tenant): void {
    if (this.#known.delete(tenant.id)) this.#say(tenant, 'd')
  }

  /** Runs what it runs to its end, and nothing after that: gives the others back. */
  retire(): readonly Job[] {
    this.#isRetired = true
    return this.#jobs.splice(1)
  }

  /** Ends, and gives the calls it had. */
  abandon(): readonly Job[] {
    this.#isGone = true
    this.#child.kill()
    return this.#jobs.splice(0)
  }

  #runs(): Watched | undefined {
    if (this.#isGone) return undefined
    return this.#isReady ? this.#jobs[0] : start
  }

  #say({ id }: Tenant, text: string): void {
    this.#child.say({ program: id, text })
  }

  /** The first thing it says is that it is ready. */
  #heard({ text }: Frame): void {
    const job = this.#isReady ? this.#jobs.shift() : undefined
    this.#isReady = true
    if (this.#isRetired) this.#child.kill()
    else this.#events.free()
    job?.answer(text)
  }

  #slow(): void {
    const [job] = this.#jobs
    if (this.#isReady && job) this.#events.slow(job)
  }

  #ended(how: string): void {
    this.#isGone = true
    this.#events.ended(this.#endOf(this.#jobs.splice(0), how))
  }

  #endOf(jobs: readonly Job[], how: string): End {
    const [job, ...others] = jobs
    if (!this.#isReady) return { others: jobs, failure: `its process does not begin: ${how}` }
    const hasAnswered = this.#blamed !== undefined && this.#blamed.watched !== job // who was blamed, in the meantime
    if (!job || hasAnswered) return { others: jobs }
    const reason = this.#blamed?.reason ?? (memorySignals.includes(how) ? 'memory' : 'crash')
    return { others, lost: { job, reason, how: `its process ended with ${how}` } }
  }
}
