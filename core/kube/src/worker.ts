import { channel } from 'node:diagnostics_channel'
import {
  ApiError,
  FlotillaError,
  isAlreadyExists,
  isConflict,
  type Log,
  type Metrics,
  type Outcome,
  type Priority,
} from '@flotilla/sdk'
import type { BackoffRange } from './backoff.ts'
import { timeoutAfter } from './deadline.ts'
import { ended } from './pause.ts'
import { Queue, type Taken } from './queue.ts'

export interface WorkerOptions<K> {
  readonly name: string
  /** What makes two keys the same. */
  readonly keyText: (key: K) => string
  /**
   * What decides whose a key is, where the work is divided. Without it every key is worked on wherever the worker runs.
   */
  readonly whose?: (key: K) => string
  /** By default 32. */
  readonly workers?: number
  /** How long one step may take before its signal ends; by default 60 s. */
  readonly timeoutMs?: number
  /** Wait after the first failure, and the longest; by default 5 ms and 60 s. */
  readonly waits?: BackoffRange
  /** Keys of a higher rank go before those of a lower one. Asked when a key is added; by default all are alike. */
  readonly rank?: (key: K) => number
  /** Told how many keys wait to be taken, whenever that changes. */
  readonly onDepth?: (waiting: number) => void
  readonly step: (key: K, signal: AbortSignal) => Promise<Outcome>
}

/**
 * A queue and the loop that empties it: keys are de-duplicated, one key is never worked on twice at once, user changes
 * go before the start-up backlog, and a key that fails comes back later each time.
 */
export interface Worker<K> {
  readonly name: string
  enqueue(key: K, priority?: Priority): void
  enqueueAfter(key: K, milliseconds: number): void
  /** Keys waiting or being worked on. */
  readonly depth: number
  /** Whether no key waits, is being worked on, or comes back within so many milliseconds. */
  isIdle(milliseconds: number): boolean
  /**
   * Runs until the signal; resolves when all workers have stopped. What waits then is dropped, and so is what is added
   * until it runs again.
   */
  run(signal: AbortSignal): Promise<void>
}

/** A step of a worker, as who listens hears of it. */
export interface Step {
  readonly worker: string
}

/**
 * Every step of every worker in this process runs in a message of this channel. An `AsyncLocalStorage` bound to it knows
 * whose step it is in: so the benchmarks tell who writes. Nobody listens else, and that costs nothing.
 */
export const steps = channel('flotilla:step')

/** A server that is away is away for every key: not each of them has to find out again and again, nor long after it is back. */
const awayWaits: BackoffRange = { baseMs: 250, capMs: 15_000 }

/** The longest that a server may put a key off at once. */
const longestDelayMs = 60_000

/** How long to wait after what went wrong; undefined when that says nothing. */
function waitsAfter(error: unknown): BackoffRange | undefined {
  if (error instanceof FlotillaError && error.code === 'SERVER_UNREACHABLE') return awayWaits
  const { retryAfterSeconds = 0 } = error instanceof ApiError ? (error.status.details ?? {}) : {}
  const baseMs = Math.min(longestDelayMs, retryAfterSeconds * 1_000) * 2 // up to half is taken off
  return baseMs > 0 ? { baseMs, capMs: 2 * longestDelayMs } : undefined
}

type Idling = Pick<Worker<unknown>, 'isIdle'>

export interface WorkerSurroundings {
  readonly log: Log
  readonly metrics: Metrics
  /** Whether what a key belongs to is worked on here; by default all is. Others' keys are not taken. */
  readonly owns?: (whose: string) => boolean
  /** By default steps end with the signal of `run`. With this one, what was begun may go on until it. */
  readonly cut?: AbortSignal
  /** Where a worker is found while it runs. */
  readonly running?: Set<Idling>
}

/** Steps begun in a row before input and timers get their turn. */
const burst = 64

/** How long after its signal ended a step is given before it is called stuck. */
const graceMs = 5_000

class QueueWorker<K> implements Worker<K> {
  readonly name: string
  readonly #options: WorkerOptions<K>
  readonly #log: Log
  readonly #queue: Queue<K>
  readonly #all: Set<Idling>
  readonly #takes: (key: K) => boolean
  readonly #cut: AbortSignal | undefined
  readonly #steps = new Set<AbortController>()
  readonly #message: Step
  #running = false
  #woken = false
  #begun = 0
  #onIdle: (() => void) | undefined

  constructor(options: WorkerOptions<K>, { log, metrics, owns, cut, running = new Set() }: WorkerSurroundings) {
    const { whose } = options
    this.#all = running
    this.#cut = cut
    this.#takes = owns && whose ? (key) => owns(whose(key)) : () => true
    this.name = options.name
    this.#message = { worker: this.name }
    this.#options = options
    this.#log = log
    this.#queue = new Queue({ ...options, metrics, onReady: () => this.#wake() })
  }

  get depth(): number {
    return this.#queue.depth
  }

  isIdle(milliseconds: number): boolean {
    return this.#queue.depth === 0 && this.#queue.next > milliseconds
  }

  enqueue(key: K, priority?: Priority): void {
    if (this.#takes(key)) this.#queue.add(key, priority)
  }

  enqueueAfter(key: K, milliseconds: number): void {
    if (this.#takes(key)) this.#queue.addAfter(key, milliseconds)
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error(`worker ${this.name} runs already`)
    this.#running = true
    this.#all.add(this)
    this.#queue.open()
    this.#wake()
    await ended(signal)
    this.#running = false
    this.#all.delete(this)
    this.#queue.close()
    const end = () => {
      for (const step of this.#steps) step.abort(signal.reason)
    }
    if (!this.#cut || this.#cut.aborted) end()
    else this.#cut.addEventListener('abort', end, { once: true })
    if (this.#steps.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
  }

  /** Steps never begin inside the call that adds a key, and a long backlog leaves room for everything else. */
  #wake(): void {
    if (this.#woken || !this.#running) return
    this.#woken = true
    if (this.#begun < burst) queueMicrotask(() => this.#pump())
    else setImmediate(() => this.#pump())
    this.#begun %= burst
  }

  #pump(): void {
    const { workers = 32 } = this.#options
    this.#woken = false
    while (this.#running && this.#steps.size < workers && this.#begun < burst) {
      const taken = this.#queue.take()
      if (!taken) return
      this.#begun++
      void this.#work(taken)
    }
    if (this.#begun >= burst) this.#wake()
  }

  async #work(taken: Taken<K>): Promise<void> {
    const step = new AbortController()
    const timer = this.#limit(taken, step)
    this.#steps.add(step)
    try {
      const run = () => this.#options.step(taken.key, step.signal)
      this.#succeed(taken, await steps.runStores(this.#message, run))
    } catch (error) {
      this.#fail(taken, error)
    }
    timer.stop()
    this.#steps.delete(step)
    this.#queue.done(taken)
    if (this.#steps.size === 0) this.#onIdle?.()
    this.#wake()
  }

  /** Ends a step's signal when its time is up, and says so when that does not end the step. */
  #limit({ text }: Taken<K>, step: AbortController): { stop(): void } {
    const { timeoutMs = 60_000 } = this.#options
    const say = () => this.#log.error('reconcile does not heed its signal', { controller: this.name, key: text })
    let timer = setTimeout(() => {
      step.abort(timeoutAfter(timeoutMs))
      timer = setTimeout(say, graceMs)
    }, timeoutMs)
    return { stop: () => clearTimeout(timer) }
  }

  #succeed(taken: Taken<K>, { again }: Outcome): void {
    this.#queue.forget(taken)
    if (again !== undefined) this.#queue.addAfter(taken.key, again, taken.priority)
  }

  #fail(taken: Taken<K>, error: unknown): void {
    if (!this.#running) return // it was told to stop
    const retry = !(error instanceof FlotillaError) || error.retry
    const level = isLostRace(error, this.#again(taken, error, retry)) ? 'debug' : 'error'
    this.#log[level]('reconcile failed', { controller: this.name, key: taken.text, retry, error })
  }

  /** Lets what failed come back, or not. Answers how often it had failed before. */
  #again(taken: Taken<K>, error: unknown, retry: boolean): number {
    if (retry) return this.#queue.retry(taken, waitsAfter(error))
    this.#queue.forget(taken)
    return 0
  }
}

/**
 * Losing a race is daily business; so is it to lose a shard in the midst of it. What is there already was made before the cache heard
 * of it, unless that goes on.
 */
const isLostRace = (error: unknown, failures: number): boolean =>
  isConflict(error) ||
  (isAlreadyExists(error) && failures === 0) ||
  (error instanceof FlotillaError && error.code === 'SHARD_LOST')

/** A worker that is not running yet; keys may already be added. */
export const createWorker = <K>(options: WorkerOptions<K>, surroundings: WorkerSurroundings): Worker<K> =>
  new QueueWorker(options, surroundings)
