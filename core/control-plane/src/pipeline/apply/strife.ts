/** Corrections that come at once, however close. */
const free = 10
/** Milliseconds before the next one, doubled with each, and the longest. */
const firstPause = 250
const longestPause = 60_000

interface Streak {
  readonly count: number
  readonly at: number
}

/**
 * Somebody in a member who wants something else wants it again as soon as it was undone: then the two write as fast as
 * they can, for ever. What was corrected often in a short time is corrected more seldom, until it has been quiet.
 */
export class Strife {
  readonly #streaks = new Map<string, Streak>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Something of a Work was corrected. */
  corrected(work: string): void {
    const now = this.#now()
    const before = this.#streaks.get(work)
    const lasts = before !== undefined && now - before.at < 2 * Math.max(pauseAfter(before), longestPause)
    this.#streaks.set(work, { count: lasts ? before.count + 1 : 1, at: now })
  }

  /** Milliseconds until something of a Work may be corrected again. */
  pause(work: string): number {
    const streak = this.#streaks.get(work)
    return streak ? Math.max(0, streak.at + pauseAfter(streak) - this.#now()) : 0
  }

  forget(work: string): void {
    this.#streaks.delete(work)
  }
}

const pauseAfter = ({ count }: Streak): number =>
  count < free ? 0 : Math.min(longestPause, firstPause * 2 ** Math.min(count - free, 20))
