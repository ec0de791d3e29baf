import { type Binding, type BindingStatus, keyOf, keyText } from '@flotilla/sdk'

/** Something to be said in the status of a binding. */
interface Words {
  readonly uid: string | undefined
  /** The generation it is about. */
  readonly generation: number | undefined
  /** The merge patch that says it; undefined when it stands there already. */
  readonly patch: (binding: Binding) => object | undefined
  /** By when it has to be said, on the clock of `performance.now`. */
  readonly by: number
}

const textOf = (binding: Binding): string => keyText(keyOf(binding))

/** A status as a merge patch of its fields makes it. */
function merged(status: BindingStatus, patch: object): BindingStatus {
  const { status: said } = patch as { readonly status: BindingStatus } // of a patch of the status
  return Object.fromEntries(Object.entries({ ...status, ...said }).filter(([, value]) => value !== null))
}

/** Each binding that waits, too, is one more reason for what is said to come late: so many milliseconds. */
const perWaiting = 500
/** Longer than this nobody waits. */
const mostPatience = 60_000

/**
 * What is left to be said in the status of bindings. Whoever writes such a status for reasons of his own says it along, which
 * saves a write; who left it says it himself when nobody does in time. It is lost with the process: then what it is about is
 * done again, and found done.
 */
export class Unsaid {
  readonly #words = new Map<string, Words>()
  readonly #patience: number

  /** `patience` in milliseconds, where few wait. */
  constructor(patience = 1000) {
    this.#patience = patience
  }

  leave(binding: Binding, patch: Words['patch']): void {
    const { uid, generation } = binding.metadata
    this.#words.set(textOf(binding), { uid, generation, patch, by: performance.now() + this.#wait() })
  }

  /** Where all are busy, saying it apart would only make everything later. */
  #wait(): number {
    return Math.min(this.#patience + perWaiting * this.#words.size, Math.max(this.#patience, mostPatience))
  }

  /** The milliseconds there are to say it; not positive when it is time; undefined when there is nothing to say. */
  left(binding: Binding): number | undefined {
    const words = this.#of(binding)
    if (!words) return undefined
    return words.generation === binding.metadata.generation ? words.by - performance.now() : 0
  }

  /** The patch of the status that says it. */
  patch(binding: Binding): object | undefined {
    const words = this.#of(binding)
    const { generation } = words ?? {}
    return words?.patch({ ...binding, metadata: { ...binding.metadata, ...(generation && { generation }) } })
  }

  /** The binding as it is once it is said. */
  along(binding: Binding): Binding {
    const patch = this.patch(binding)
    return patch ? { ...binding, status: merged(binding.status ?? {}, patch) } : binding
  }

  /** It is said. */
  forget(text: string): void {
    this.#words.delete(text)
  }

  #of(binding: Binding): Words | undefined {
    const words = this.#words.get(textOf(binding))
    return words?.uid === binding.metadata.uid ? words : undefined
  }
}
