import { residentMemory } from './resident-memory.ts'

/** How often what runs is looked at, in milliseconds. */
const pace = 20

/** How much of the time between two looks counts at most, in milliseconds: a machine that slept ran no program either. */
const longest = 1000

/** From when on a program is slow, in milliseconds: others should not have to wait for its like. */
const slow = 200

/** What a program may go beyond its limits before its process is ended: V8 ends nearly all of them before, in milliseconds and bytes. */
const grace = { timeout: 500, memory: 64 * 2 ** 20 }

/** What runs in a process, and how far it may go. */
export interface Watched {
  /** In milliseconds. */
  readonly timeout: number
  /** In bytes. */
  readonly memory: number
}

export interface Watching {
  readonly pid: number | undefined
  /** What runs now. */
  readonly running: () => Watched | undefined
  /** It takes its time. */
  slow(watched: Watched): void
  /** It goes too far. */
  overstayed(watched: Watched, reason: 'timeout' | 'memory'): void
}

/**
 * Looks at a process from outside: V8 checks its limits only where it comes by, and that is not everywhere. While something runs it
 * keeps this process alive.
 */
export class Watch {
  readonly #watching: Watching
  #isLooking = false
  #watched: Watched | undefined
  #seen = 0
  /** How long it was seen running. */
  #time = 0
  /** How much memory the process had when it began. */
  #memory = 0

  constructor(watching: Watching) {
    this.#watching = watching
  }

  begin(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    this.#again()
  }

  #again(): void {
    setTimeout(() => void this.#look(), pace)
  }

  async #look(): Promise<void> {
    const watched = this.#watching.running()
    if (!watched) {
      this.#isLooking = false
      this.#watched = undefined
      return
    }
    const { pid } = this.#watching
    const memory = pid === undefined ? 0 : await residentMemory(pid) // an answer that was there already has been heard by now
    if (watched === this.#watching.running()) this.#judge(watched, memory)
    this.#again()
  }

  #judge(watched: Watched, memory: number): void {
    const now = performance.now()
    if (watched !== this.#watched) {
      this.#watched = watched
      this.#time = 0
      this.#memory = memory
    } else {
      const time = this.#time
      this.#time += Math.min(now - this.#seen, longest)
      if (time <= slow && this.#time > slow) this.#watching.slow(watched)
      if (memory - this.#memory > watched.memory + grace.memory) this.#watching.overstayed(watched, 'memory')
      else if (this.#time > watched.timeout + grace.timeout) this.#watching.overstayed(watched, 'timeout')
    }
    this.#seen = now
  }
}
