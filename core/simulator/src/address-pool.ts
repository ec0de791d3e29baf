import type { Manifest, Store } from '@flotilla/sdk'

/** The addresses `first.second.0.1` to `first.second.255.254`, without those that end with 0 or 255. */
const size = 256 * 254

/**
 * Addresses that nobody else has. Which ones are taken is read from the objects that have them, so that it needs no
 * memory of its own across restarts.
 */
export class AddressPool {
  readonly #prefix: string
  readonly #taken = new Set<string>()
  #next = 0

  /** `prefix` has two numbers: `10.96`. */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** Takes what objects have, and gives it back when they go. */
  follow<T extends Manifest>(store: Store<T>, addressOf: (object: T) => string | undefined): void {
    store.listen(({ before, after }) => {
      const [had, has] = [before && addressOf(before), after && addressOf(after)]
      if (had !== undefined && had !== has) this.#taken.delete(had)
      if (has !== undefined) this.#taken.add(has)
    })
  }

  /** Nobody got to have it. */
  give(address: string): void {
    this.#taken.delete(address)
  }

  /** Throws when there is none left. */
  take(): string {
    for (let tries = 0; tries < size; tries++) {
      const number = this.#next
      this.#next = (number + 1) % size
      const address = `${this.#prefix}.${Math.floor(number / 254)}.${(number % 254) + 1}`
      if (this.#taken.has(address)) continue
      this.#taken.add(address)
      return address
    }
    throw new Error(`all addresses of ${this.#prefix}.0.0/16 are taken`)
  }
}
