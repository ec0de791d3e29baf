import type { Manifest } from '@flotilla/sdk'
import { type Change, keyOf } from './change.ts'
import { beginning, type Place } from './collection.ts'

type Namespaced = Pick<Manifest, 'metadata'>

/** Whether the second comes before the first, as objects are ordered. */
const isBefore = ({ namespace, name }: Place, { metadata }: Namespaced): boolean => {
  const own = metadata.namespace ?? ''
  return own < namespace || (own === namespace && metadata.name < name)
}

const placeOf = ({ metadata: { namespace = '', name } }: Namespaced): Place => ({ namespace, name })

const inOrder = (one: Manifest, other: Manifest): number => (isBefore(placeOf(one), other) ? 1 : -1)

/** What the collection of a resource was before some changes, the oldest first. It costs what the changes are, not what the collection is. */
export class Past {
  readonly #changed = new Map<string, { readonly first: Change; readonly last: Change }>()

  constructor(changes: readonly Change[]) {
    for (const last of changes) {
      const key = keyOf(last)
      this.#changed.set(key, { first: this.#changed.get(key)?.first ?? last, last })
    }
  }

  /** The objects that were there, of those that are there from the same place on. */
  *from(now: Iterable<Manifest>, place: Place = beginning, namespace?: string): Generator<Manifest> {
    const then = this.#then(place, namespace)
    let next = 0
    for (const object of now) {
      if (this.#changed.has(keyOf(placeOf(object)))) continue
      for (let old = then[next]; old && isBefore(placeOf(object), old); old = then[next]) {
        yield old
        next += 1
      }
      yield object
    }
    yield* then.slice(next)
  }

  /** How many more they were than there are. */
  excess(place: Place = beginning, namespace?: string): number {
    return this.#then(place, namespace).length - this.#among(place, namespace).filter(isThere).length
  }

  #then(place: Place, namespace?: string): readonly Manifest[] {
    return this.#among(place, namespace)
      .flatMap(({ first }) => first.before ?? [])
      .toSorted(inOrder)
  }

  #among(place: Place, namespace?: string) {
    const isHere = ({ first }: { first: Change }) =>
      (namespace === undefined || first.namespace === namespace) && !isBefore(place, { metadata: first })
    return [...this.#changed.values()].filter(isHere)
  }
}

const isThere = ({ last }: { readonly last: Change }): boolean => last.type !== 'DELETED'
