/** How many writes an object may have at once, and the milliseconds until one of them is there again. */
export interface PaceOptions {
  readonly burst: number
  readonly refill: number
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

/**
 * Spaces the writes of each of many objects: what changes now and then is written at once, what changes all the time so
 * many times a second. Objects that have not been written for a while are forgotten.
 */
export class Pace {
  readonly #options: Required<PaceOptions>
  /** When all writes of an object will be there again; the object written last is the last. */
  readonly #full = new Map<string, number>()

  constructor({ now = () => performance.now(), ...options }: PaceOptions) {
    this.#options = { ...options, now }
  }

  /** Milliseconds until an object may be written; 0: now. */
  wait(text: string): number {
    const { burst, refill, now } = this.#options
    return Math.max(0, (this.#full.get(text) ?? 0) - (burst - 1) * refill - now())
  }

  /** An object was written. */
  note(text: string): void {
    const now = this.#options.now()
    const full = Math.max(now, this.#full.get(text) ?? 0) + this.#options.refill
    this.#full.delete(text)
    this.#full.set(text, full)
    this.#forget(now)
  }

  /** How many objects are remembered. */
  get size(): number {
    return this.#full.size
  }

  #forget(now: number): void {
    for (const [text, full] of this.#full) {
      if (full > now) break
      this.#full.delete(text)
    }
  }
}

/**
 * How statuses are written: three times in a row, which is what a Deployment that nothing goes wrong with needs, then
 * twice a second.
 */
export const ofStatuses: PaceOptions = { burst: 3, refill: 500 }
