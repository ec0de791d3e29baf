/** A map that remembers so many entries: those used last. */
export class Recent<V> {
  readonly #limit: number
  readonly #entries = new Map<string, V>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The entry of that name, or a new one in place of the one not used for longest. */
  get(name: string, make: () => V): V {
    const entry = this.#entries.get(name) ?? make()
    this.#entries.delete(name)
    this.#entries.set(name, entry)
    if (this.#entries.size > this.#limit) this.#dropOldest()
    return entry
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}
