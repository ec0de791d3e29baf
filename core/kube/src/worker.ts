import type { Outcome, Priority } from '@flotilla/sdk'

export interface WorkerOptions<K> {
  readonly name: string
  /** What makes two keys the same. */
  readonly keyText: (key: K) => string
  /** By default 8. */
  readonly workers?: number
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
  /** Runs until the signal; resolves when all workers have stopped. */
  run(signal: AbortSignal): Promise<void>
}
