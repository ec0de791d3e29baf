import { reasonOf } from '@flotilla/sdk'

/** How long a point has to answer well before its last failure is forgotten, in milliseconds. */
const memory = 30_000

interface Failing {
  readonly message: string
  isOver: boolean
  timer: NodeJS.Timeout | undefined
}

/**
 * At which points a module fails, and what with. One that answers again is believed after a while; what is said of it changes
 * seldom, for each change is a write.
 */
export class Failings {
  readonly #points = new Map<string, Failing>()
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get first(): string | undefined {
    const [first] = this.#points
    return first && `${first[0]}: ${first[1].message}`
  }

  failed(point: string, error: unknown): void {
    const known = this.#points.get(point)
    if (known) {
      known.isOver = false
      return
    }
    this.#points.set(point, { message: reasonOf(error), isOver: false, timer: undefined })
    this.#changed()
  }

  answered(point: string): void {
    const known = this.#points.get(point)
    if (!known || known.timer) return
    known.isOver = true
    known.timer = setTimeout(() => this.#look(point, known), memory).unref()
  }

  clear(): void {
    for (const { timer } of this.#points.values()) clearTimeout(timer)
    this.#points.clear()
  }

  #look(point: string, failing: Failing): void {
    failing.timer = undefined
    if (!failing.isOver) return // it failed again: the next answer looks again
    this.#points.delete(point)
    this.#changed()
  }
}
