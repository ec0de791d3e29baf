import type { FlotillaError } from '@flotilla/sdk'
import { callFailed, endedIn, loadingFailed } from './failure.ts'
import type { Guest, Job } from './guest.ts'
import { type Answer, isFailure, type LoadedAnswer } from './message.ts'
import { Ended, Thread } from './thread.ts'

/** How long a thread may take to load a program, its own start included, and when that is slow, in milliseconds. */
const loading = { timeout: 5000, slow: 500 }

/** After so many milliseconds no other program waits any longer behind a call. */
const slow = 25

/** What a loaded program costs beside its memory, in bytes. */
const upkeep = 256 * 2 ** 10

/** Who hears of what happens in a line. */
export interface Overseer {
  /** Something takes its time: others need not wait for it. */
  slow(line: Line): void
  /** Something was done, and the programs here may hold more than before. */
  used(): void
}

/** A program that is loaded, and when it was used last. */
export interface Warm {
  readonly guest: Guest
  readonly bytes: number
  readonly at: number
}

/** A thread, started when it is needed, and the programs that take turns in it: one call each. */
export class Line {
  /** The programs that have their place here. */
  readonly guests = new Set<Guest>()
  readonly #overseer: Overseer
  readonly #turns = new Set<Guest>()
  readonly #warm = new Map<Guest, Warm>()
  #bytes = 0
  #thread: Thread | undefined
  #running: Guest | undefined
  #isServing = false
  #isSlow = false

  constructor(overseer: Overseer) {
    this.#overseer = overseer
  }

  /** What runs. */
  get running(): Guest | undefined {
    return this.#running
  }

  /** Whether what runs takes its time. */
  get isSlow(): boolean {
    return this.#isSlow
  }

  /** What the loaded programs hold. */
  get bytes(): number {
    return this.#bytes
  }

  /** The loaded program that was not used for the longest time; what runs was used last. */
  get oldest(): Warm | undefined {
    const [warm] = this.#warm.values()
    return warm?.guest === this.#running ? undefined : warm
  }

  take(guest: Guest): void {
    this.guests.add(guest)
    guest.lines.add(this)
  }

  /** A program that has something to do takes its turn. */
  join(guest: Guest): void {
    this.#turns.add(guest)
    if (!this.#isServing) void this.#serve()
  }

  /** A program has its place elsewhere, or nowhere. What it runs here comes to its own end. */
  leave(guest: Guest): void {
    this.guests.delete(guest)
    guest.lines.delete(this)
    this.#turns.delete(guest)
    if (this.#running !== guest) this.cool(guest)
  }

  /** Gives back what a program holds. It is loaded again when it is called. */
  cool(guest: Guest): void {
    if (this.#forget(guest)) this.#thread?.tell({ drop: guest.id })
  }

  end(): void {
    this.#thread?.end()
  }

  async #serve(): Promise<void> {
    this.#isServing = true
    for (const guest of this.#turns) {
      this.#turns.delete(guest) // who comes again stands last
      const job = guest.next(performance.now())
      if (job) await this.#run(guest, job)
    }
    this.#isServing = false
  }

  async #run(guest: Guest, job: Job): Promise<void> {
    this.#running = guest
    try {
      job.resolve(await this.#answer(guest, job))
    } catch (cause) {
      job.reject(cause instanceof Ended ? this.#lost(guest, job, cause) : cause)
    }
    guest.done(job)
    this.#running = undefined
    this.#isSlow = false
    if (!this.guests.has(guest)) this.cool(guest)
    else if (guest.waiting > 0) this.#turns.add(guest)
    this.#overseer.used()
  }

  async #answer(guest: Guest, { call }: Job): Promise<Answer> {
    const thread = this.#alive()
    if (!call) return this.#load(guest, thread)
    if (!this.#warm.has(guest)) await this.#load(guest, thread)
    const answer = await thread.ask({ call: guest.id, ...call }, this.#patience(guest.limits.timeout, slow))
    this.#used(guest, answer)
    if (isFailure(answer)) throw callFailed(guest, call.name, answer)
    return answer
  }

  async #load(guest: Guest, thread: Thread): Promise<Answer> {
    const { id: load, runtime, source } = guest
    const answer = await thread.ask({ load, runtime, source }, this.#patience(loading.timeout, loading.slow))
    if (isFailure(answer)) throw loadingFailed(guest, answer)
    this.#used(guest, answer)
    guest.learned(answer as LoadedAnswer) // as asked
    return answer
  }

  #patience(timeout: number, slow: number) {
    const onSlow = () => {
      this.#isSlow = true
      this.#overseer.slow(this)
    }
    return { timeout, slow, onSlow }
  }

  #alive(): Thread {
    if (this.#thread?.isEnded) this.#forgetAll() // it ended while nothing ran in it
    this.#thread ??= new Thread()
    return this.#thread
  }

  /** The thread is gone, with all that was loaded there. */
  #lost(guest: Guest, job: Job, ended: Ended): FlotillaError {
    this.#forgetAll()
    if (ended.why !== 'closed') {
      guest.meter.lost(ended.why)
      this.#alive() // whoever comes next finds a thread that has begun
    }
    return endedIn(guest, job, ended)
  }

  #used(guest: Guest, answer: Answer): void {
    const bytes = answer.bytes + upkeep
    this.#forget(guest) // who is used last stands last
    this.#warm.set(guest, { guest, bytes, at: performance.now() })
    this.#holds(guest, bytes)
  }

  #holds({ meter }: Guest, change: number): void {
    this.#bytes += change
    meter.holds(change)
  }

  #forget(guest: Guest): boolean {
    this.#holds(guest, -(this.#warm.get(guest)?.bytes ?? 0))
    return this.#warm.delete(guest)
  }

  #forgetAll(): void {
    this.#thread = undefined
    for (const guest of this.#warm.keys()) this.#forget(guest)
  }
}
