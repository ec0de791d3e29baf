/** Turns that are given so far apart: who may not go yet is told how long to wait, and keeps that turn. */
export class Spacing {
  readonly #interval: number
  readonly #turns = new Map<string, number>()
  #next = Number.NEGATIVE_INFINITY

  /** Milliseconds between two turns. */
  constructor(interval: number) {
    this.#interval = interval
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#turns.size
  }

  /** Milliseconds until it is somebody's turn; 0 when it is now, and then it is over. */
  wait(name: string, now: number): number {
    const turn = this.#turns.get(name) ?? this.#take(now)
    if (turn <= now) this.#turns.delete(name)
    else this.#turns.set(name, turn)
    return Math.max(0, turn - now)
  }

  /** Somebody does not want a turn any more. */
  forget(name: string): void {
    this.#turns.delete(name)
  }

  #take(now: number): number {
    const turn = Math.max(now, this.#next)
    this.#next = turn + this.#interval
    return turn
  }
}
