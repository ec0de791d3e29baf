import { errors, type SandboxLimits } from '@flotilla/sdk'
import type { Source } from '../engine.ts'
import type { Meter } from '../meter.ts'
import type { Line } from './line.ts'
import type { Answer, LoadedAnswer, Threaded } from './message.ts'

export interface Call {
  readonly name: string
  readonly args: readonly string[]
}

/** Something to be done in a program when it is its turn: a call, or nothing but to be ready for one. */
export interface Job {
  readonly call?: Call
  readonly since: number
  resolve(answer: Answer): void
  reject(cause: unknown): void
}

/** How many calls of one program may wait. */
const room = 1000

/** What stands for the call of a job in messages. */
export const callOf = ({ call }: Job): string => call?.name ?? 'its start'

/** A program of a stranger, with the calls that wait for their turn. */
export class Guest {
  readonly id: number
  readonly runtime: Threaded
  readonly name: string
  readonly limits: SandboxLimits
  readonly meter: Meter
  /** Where it stands: in as many lines as it may have calls at once. */
  readonly lines = new Set<Line>()
  readonly #jobs: Job[] = []
  readonly #going = new Set<Job>()
  #source: Source

  constructor(id: number, runtime: Threaded, source: Source, meter: Meter) {
    this.id = id
    this.runtime = runtime
    this.name = source.name
    this.limits = source.limits
    this.meter = meter
    this.#source = source
  }

  get source(): Source {
    return this.#source
  }

  get waiting(): number {
    return this.#jobs.length
  }

  /** What was compiled once need not be compiled again. */
  learned({ compiled }: LoadedAnswer): void {
    if (compiled !== undefined) this.#source = { ...this.#source, code: '', compiled }
  }

  push(job: Job): void {
    if (this.#jobs.length < room) {
      this.#jobs.push(job)
      this.meter.waits(1)
    } else job.reject(errors.SANDBOX_BUSY(this.name, callOf(job), room))
  }

  /** The next that has not waited for longer than a call may take. */
  next(now: number): Job | undefined {
    const job = this.#jobs.shift()
    if (!job) return undefined
    this.meter.waits(-1)
    if (!job.call || now - job.since <= this.limits.timeout) {
      this.#going.add(job)
      return job
    }
    job.reject(errors.SANDBOX_BUSY(this.name, callOf(job), this.#jobs.length))
    return this.next(now)
  }

  done(job: Job): void {
    this.#going.delete(job)
  }

  /** Whoever waits for something is told that it will not come. */
  close(): void {
    const waiting = this.#jobs.splice(0)
    this.meter.waits(-waiting.length)
    for (const job of [...this.#going, ...waiting])
      job.reject(errors.SANDBOX_FAILED(this.name, callOf(job), 'it was closed'))
  }
}
