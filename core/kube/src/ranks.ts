import { Line, type Place } from './line.ts'

/** Lines of different ranks: whoever is first in the highest one comes first. There are few ranks at a time. */
export class Ranks<T> {
  readonly #lines = new Map<number, Line<T>>()
  /** The ranks that have a line, the highest last. */
  readonly #ranks: number[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(rank: number, value: T): Place<T> {
    this.#length++
    return (this.#lines.get(rank) ?? this.#open(rank)).push(value)
  }

  shift(): T | undefined {
    const rank = this.#ranks.at(-1)
    const first = rank === undefined ? undefined : this.#lines.get(rank)?.first
    if (rank !== undefined && first) this.remove(rank, first)
    return first?.value
  }

  /** Takes a place out that is in the line of this rank; once. */
  remove(rank: number, place: Place<T>): void {
    const line = this.#lines.get(rank)
    if (!line) return
    line.remove(place)
    this.#length--
    if (line.length === 0) this.#close(rank)
  }

  clear(): void {
    this.#lines.clear()
    this.#ranks.length = 0
    this.#length = 0
  }

  #open(rank: number): Line<T> {
    const line = new Line<T>()
    this.#lines.set(rank, line)
    this.#ranks.splice(this.#above(rank), 0, rank)
    return line
  }

  #close(rank: number): void {
    this.#lines.delete(rank)
    this.#ranks.splice(this.#above(rank) - 1, 1)
  }

  /** Where the ranks above this one begin. */
  #above(rank: number): number {
    let low = 0
    for (let high = this.#ranks.length; low < high; ) {
      const middle = (low + high) >> 1
      if ((this.#ranks[middle] as number) <= rank) low = middle + 1
      else high = middle
    }
    return low
  }
}
