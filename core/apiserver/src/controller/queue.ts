const firstDelay = 50
const longestDelay = 30_000

export interface QueueOptions<K> {
  /** Does what there is to do for a key. Throwing means trying again, later each time. */
  readonly step: (key: K) => Promise<void>
  /** What was thrown, on the way to the next try. */
  readonly onError: (error: unknown, key: K) => void
}

/** Keys to work on, one after the other, each once however often it was added meanwhile. */
export class Queue<K> {
  readonly #options: QueueOptions<K>
  readonly #waiting = new Set<K>()
  readonly #delays = new Map<K, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #running: Promise<void> | undefined
  #closed = false

  constructor(options: QueueOptions<K>) {
    this.#options = options
  }

  add(key: K): void {
    if (this.#closed) return
    this.#waiting.add(key)
    this.#running ??= this.#run()
  }

  /** Resolves when nothing is left but what waits for its next try. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#waiting.clear()
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#running
  }

  async #run(): Promise<void> {
    await undefined // what is added in the same turn is worked on together
    for (const key of this.#waiting) {
      this.#waiting.delete(key)
      await this.#work(key)
    }
    this.#running = undefined
  }

  async #work(key: K): Promise<void> {
    try {
      await this.#options.step(key)
      this.#delays.delete(key)
    } catch (error) {
      this.#options.onError(error, key)
      this.#later(key)
    }
  }

  #later(key: K): void {
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
