import { hash } from 'node:crypto'

type List = readonly object[]

/** Below this many characters a list is not worth remembering by its text. */
const smallest = 512

/** Equal lists are one list: the first that came, for as long as anybody has it. */
export class Shared {
  readonly #known = new Map<string, WeakRef<List>>()
  readonly #gone = new FinalizationRegistry<string>((digest) => {
    if (this.#known.get(digest)?.deref() === undefined) this.#known.delete(digest) // or another one came since
  })

  /** How many lists are remembered. */
  get size(): number {
    return this.#known.size
  }

  of<T extends List>(list: T): T {
    const text = JSON.stringify(list)
    if (text.length < smallest) return list
    const digest = hash('sha256', text, 'base64')
    const there = this.#known.get(digest)?.deref()
    if (there !== undefined) return there as T // of the same text
    this.#known.set(digest, new WeakRef(list))
    this.#gone.register(list, digest)
    return list
  }
}
