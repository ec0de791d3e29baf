/** How many keys are moved at most when one is added among them. A block that has more is cut in two. */
const blockSize = 512

/** Some keys in a row and their values, at the same indexes. */
interface Block<V> {
  readonly keys: string[]
  readonly values: V[]
}

/** Where the key is, or would be. */
const indexOf = (keys: readonly string[], key: string): number => {
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

/** A map in the order of its keys. Adding anywhere costs little, however large it is. */
export class SortedMap<V> {
  /** None is empty. */
  readonly #blocks: Block<V>[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string): V | undefined {
    const block = this.#blocks[this.#blockOf(key)]
    if (block === undefined) return undefined
    const index = indexOf(block.keys, key)
    return block.keys[index] === key ? block.values[index] : undefined
  }

  set(key: string, value: V): void {
    const at = this.#blockOf(key)
    const block = this.#blocks[at] ?? this.#add(0)
    const { keys, values } = block
    const index = indexOf(keys, key)
    if (keys[index] === key) {
      values[index] = value
      return
    }
    this.#size += 1
    keys.splice(index, 0, key)
    values.splice(index, 0, value)
    if (keys.length > blockSize) this.#cut(at, index)
  }

  delete(key: string): void {
    const at = this.#blockOf(key)
    const block = this.#blocks[at]
    if (block === undefined) return
    const index = indexOf(block.keys, key)
    if (block.keys[index] !== key) return
    this.#size -= 1
    block.keys.splice(index, 1)
    block.values.splice(index, 1)
    if (block.keys.length === 0) this.#blocks.splice(at, 1)
  }

  /** In the order of their keys, as they are now. */
  values(): V[] {
    return this.#blocks.flatMap(({ values }) => values)
  }

  /** The values of keys from one on, in their order. It must not change meanwhile. */
  *from(key: string): Generator<V> {
    const first = this.#blockOf(key)
    for (const [at, { keys, values }] of this.#blocks.slice(first).entries())
      yield* at === 0 ? values.slice(indexOf(keys, key)) : values
  }

  /** How many values those are. */
  sizeFrom(key: string): number {
    const [first, ...rest] = this.#blocks.slice(this.#blockOf(key))
    if (first === undefined) return 0
    return rest.reduce((size, { keys }) => size + keys.length, first.keys.length - indexOf(first.keys, key))
  }

  /** The index of the block the key is in, or would be: the last that does not begin after it. */
  #blockOf(key: string): number {
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      const first = this.#blocks[middle]?.keys[0]
      if (first !== undefined && first <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  #add(at: number, block: Block<V> = { keys: [], values: [] }): Block<V> {
    this.#blocks.splice(at, 0, block)
    return block
  }

  /** In the middle; or before what was added last, so that what is added in order leaves full blocks behind. */
  #cut(at: number, added: number): void {
    const block = this.#blocks[at]
    if (block === undefined) return
    const half = added === block.keys.length - 1 ? added : blockSize >>> 1
    this.#add(at + 1, { keys: block.keys.splice(half), values: block.values.splice(half) })
  }
}
