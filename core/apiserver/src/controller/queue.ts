const firstDelay = 50
const longestDelay = 30_000

export interface QueueOptions {
  /** How many keys are worked on at once; by default 1. */
  readonly workers?: number
  /** Does what there is to do for a key. Throwing means trying again, later each time. */
  readonly step: (key: string) => Promise<void>
  /** What was thrown, on the way to the next try. */
  readonly onError: (error: unknown, key: string) => void
}

/** Keys to work on, each once however often it was added meanwhile, and never twice at once. */
export class Queue {
  readonly #options: QueueOptions
  readonly #workers: number
  readonly #waiting = new Set<string>()
  readonly #active = new Map<string, Promise<void>>()
  readonly #delays = new Map<string, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #closed = false

  constructor(options: QueueOptions) {
    this.#options = options
    this.#workers = options.workers ?? 1
  }

  add(key: string): void {
    if (this.#closed) return
    this.#waiting.add(key)
    this.#fill()
  }

  /** Resolves when nothing is left but what waits for its next try. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.race(this.#active.values())
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#waiting.clear()
    for (const timer of this.#timers) clearTimeout(timer)
    await this.idle()
  }

  #fill(): void {
    for (const key of this.#waiting) {
      if (this.#active.size >= this.#workers) return
      if (this.#active.has(key)) continue
      this.#waiting.delete(key)
      this.#active.set(key, this.#work(key))
    }
  }

  async #work(key: string): Promise<void> {
    await undefined // what is added in the same turn is seen together
    try {
      await this.#options.step(key)
      this.#delays.delete(key)
    } catch (error) {
      this.#options.onError(error, key)
      this.#later(key)
    } finally {
      this.#active.delete(key)
      this.#fill()
    }
  }

  #later(key: string): void {
    if (this.#closed) return
    const delay = this.#delays.get(key) ?? firstDelay
    this.#delays.set(key, Math.min(delay * 2, longestDelay))
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.add(key)
    }, delay)
    timer.unref()
    this.#timers.add(timer)
  }
}
