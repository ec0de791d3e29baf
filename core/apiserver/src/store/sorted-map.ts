/** A map in the order of its keys. Adding in order is cheap, adding anywhere moves what comes after. */
export class SortedMap<V> {
  readonly #keys: string[] = []
  readonly #values: V[] = []

  get size(): number {
    return this.#keys.length
  }

  get(key: string): V | undefined {
    const index = this.#search(key)
    return this.#keys[index] === key ? this.#values[index] : undefined
  }

  set(key: string, value: V): void {
    const index = this.#search(key)
    if (this.#keys[index] === key) {
      this.#values[index] = value
    } else {
      this.#keys.splice(index, 0, key)
      this.#values.splice(index, 0, value)
    }
  }

  delete(key: string): void {
    const index = this.#search(key)
    if (this.#keys[index] !== key) return
    this.#keys.splice(index, 1)
    this.#values.splice(index, 1)
  }

  /** In the order of their keys, as they are now. */
  values(): V[] {
    return this.#values.slice()
  }

  /** The values of keys from one on, in their order. It must not change meanwhile. */
  *from(key: string): Generator<V> {
    for (let index = this.#search(key); index < this.#values.length; index += 1) yield this.#values[index] as V // it is within
  }

  /** How many values those are. */
  sizeFrom(key: string): number {
    return this.#keys.length - this.#search(key)
  }

  /** Where the key is, or would be. */
  #search(key: string): number {
    const keys = this.#keys
    let high = keys.length
    const last = keys[high - 1]
    if (last !== undefined && last < key) return high // objects are often added in order
    let low = 0
    while (low < high) {
      const middle = (low + high) >>> 1
      const found = keys[middle]
      if (found !== undefined && found < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
