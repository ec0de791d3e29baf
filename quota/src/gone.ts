import type { Binding, Change, Store } from '@flotilla/sdk'
import { lag } from './count.ts'

/** The bindings that were seen to go just now: who does not find one knows then that its cache does not lag. */
export class Gone {
  readonly #at = new Map<string, number>()

  constructor(bindings: Store<Binding>) {
    bindings.listen((change) => this.#hear(change))
  }

  readonly has = (uid: string): boolean => this.#at.has(uid)

  #hear({ before, after }: Change<Binding>): void {
    const uid = before?.metadata.uid
    if (after || uid === undefined) return
    const now = performance.now()
    for (const [other, at] of this.#at) {
      if (now - at < 2 * lag) break // in the order in which they went
      this.#at.delete(other)
    }
    this.#at.set(uid, now)
  }
}
