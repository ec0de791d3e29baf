import { done, type Key, keyText, type Manifest, type Outcome } from '@flotilla/sdk'
import { isLeaving } from './owner.ts'

/** How long something in motion is watched before its state is written down anyway, in milliseconds. */
const patience = 1_000

/**
 * When to write a status: at once when things are at rest, else when they have not come to rest for a while. What
 * changes ten times in a moment is written once.
 */
export class Settling {
  readonly #since = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Milliseconds to wait before writing; 0: now. */
  wait(key: string, isAtRest: boolean): number {
    const since = this.#since.get(key)
    if (isAtRest) {
      this.#since.delete(key)
      return 0
    }
    const now = this.#now()
    if (since !== undefined && now - since >= patience) this.#since.delete(key)
    else if (since === undefined) this.#since.set(key, now)
    return since === undefined ? patience : Math.max(0, patience - (now - since))
  }

  /** A step that is only taken for objects that are there to stay; the others are forgotten. */
  whileThere<T extends Manifest>(step: (object: T, text: string) => Promise<Outcome>) {
    return async (object: T | undefined, key: Key): Promise<Outcome> => {
      const text = keyText(key)
      if (object && !isLeaving(object)) return step(object, text)
      this.#since.delete(text)
      return done
    }
  }
}
