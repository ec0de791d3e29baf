import { Line } from '../line.ts'

export interface LimitRange {
  /** By default 64. */
  readonly initial?: number
  /** By default 2. */
  readonly least?: number
  /** By default 256. */
  readonly most?: number
}

/** How one request went. Times are milliseconds of a clock that never goes back. */
export interface Sample {
  readonly begunAt: number
  readonly endedAt: number
  /** Requests under way when it ended, itself included. */
  readonly inFlight: number
  /** The server asked for less. */
  readonly throttled?: boolean
  /** Its duration says something about the server: not so for lists, whose duration is their size. */
  readonly timed?: boolean
}

/** Weight of a new sample in what is normal now; in what is usual, when it is quicker, and when it is slower. */
const nowWeight = 0.2
const quickerWeight = 0.05
const slowerWeight = 0.01
/** Latency has risen when it is this many times, and this much, above the usual. */
const riseFactor = 2
const riseMs = 25
/** With so few under way it is not for us that a server is slow: that is what it usually takes now. */
const few = 8

/**
 * How many requests a server takes at once, learned: one more for each round that went well while the limit was in use,
 * half as many when the server throttles, a tenth less when answers take much longer than usual. Of the requests that
 * were under way together only the first bad one counts. What is usual is learned while we do not press the server, lest
 * our own pressure becomes the usual.
 */
export class AdaptiveLimit {
  readonly #least: number
  readonly #most: number
  #limit: number
  #latency: number | undefined
  #usual = 0
  #loweredAt = Number.NEGATIVE_INFINITY

  constructor({ initial = 64, least = 2, most = 256 }: LimitRange = {}) {
    this.#least = least
    this.#most = most
    this.#limit = initial
  }

  get value(): number {
    return Math.floor(this.#limit)
  }

  observe(sample: Sample): void {
    const slow = sample.timed === true && this.#isSlow(sample)
    if (sample.throttled) this.#lower(0.5, sample)
    else if (slow) this.#lower(0.9, sample)
    else if (sample.inFlight >= this.value * 0.8) this.#limit = Math.min(this.#most, this.#limit + 1 / this.#limit)
  }

  #lower(factor: number, { begunAt, endedAt }: Sample): void {
    if (begunAt < this.#loweredAt) return
    this.#loweredAt = endedAt
    this.#limit = Math.max(this.#least, this.#limit * factor)
  }

  #isSlow({ begunAt, endedAt, inFlight }: Sample): boolean {
    const sample = endedAt - begunAt
    if (this.#latency === undefined) this.#usual = sample
    this.#latency = mix(this.#latency ?? sample, sample, nowWeight)
    if (sample < this.#usual) this.#usual = mix(this.#usual, sample, quickerWeight)
    else if (inFlight <= Math.max(few, this.#limit / 2)) this.#usual = mix(this.#usual, sample, slowerWeight)
    return this.#latency > riseFactor * this.#usual && this.#latency - this.#usual > riseMs
  }
}

const mix = (old: number, sample: number, weight: number): number => old + (sample - old) * weight

/** What a request says when it is over: nothing if there was no answer to learn from. */
export type Leave = (how?: Pick<Sample, 'throttled' | 'timed'>) => void

/** Lets as many through at once as its limit says; the others wait in line. */
export class Limiter {
  readonly #limit: AdaptiveLimit
  readonly #now: () => number
  readonly #waiting = new Line<() => void>()
  #inFlight = 0

  constructor(limit: AdaptiveLimit = new AdaptiveLimit(), now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** Waits for a turn; rejects with the signal's reason when that ends first. Call what it answers once. */
  async enter(signal?: AbortSignal): Promise<Leave> {
    signal?.throwIfAborted()
    if (this.#inFlight < this.#limit.value) this.#inFlight++
    else await this.#turn(signal)
    const begunAt = this.#now()
    return (how) => {
      if (how) this.#limit.observe({ ...how, begunAt, endedAt: this.#now(), inFlight: this.#inFlight })
      this.#inFlight--
      this.#admit()
    }
  }

  #turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.remove(place)
        reject(signal?.reason)
      }
      const place = this.#waiting.push(() => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      })
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** Those admitted are under way from now on, though they hear of it a little later. */
  #admit(): void {
    while (this.#inFlight < this.#limit.value) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#inFlight++
      next()
    }
  }
}
