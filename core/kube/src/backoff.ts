export interface BackoffRange {
  /** The first wait. */
  readonly baseMs: number
  readonly capMs: number
}

/**
 * Milliseconds to wait after so many failures (0 is the first): doubling up to the cap, of which a random half is taken
 * off, so that those who failed together do not come back together.
 */
export function backoff(failures: number, { baseMs, capMs }: BackoffRange, random: () => number = Math.random): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(failures, 50))
  return full * (1 - random() / 2)
}
