import { setTimeout as sleep } from 'node:timers/promises'

export interface Settling {
  /** Whether nothing is being done, nor will be within so many milliseconds. */
  readonly isIdle: (milliseconds: number) => boolean
  /** Grows with every write. */
  readonly writes: () => number
}

/** Milliseconds between two looks, and how many in a row must find nothing new: a write takes a few turns to be heard of. */
const period = 10
const looks = 10
/** A key that failed comes back later each time. One that waits this long is not waited for: it keeps failing. */
const soon = 1_000

/**
 * Waits until everything has been done that follows from what was written: nothing is idle that has a key, and nothing
 * was written for a moment. False when that is not so in time.
 */
export async function settled({ isIdle, writes }: Settling, patience: number, signal: AbortSignal): Promise<boolean> {
  let quiet = 0
  let seen = writes()
  for (const end = performance.now() + patience; performance.now() < end; ) {
    await sleep(period, undefined, { signal })
    quiet = isIdle(soon) && writes() === seen ? quiet + 1 : 0
    seen = writes()
    if (quiet >= looks) return true
  }
  return false
}
