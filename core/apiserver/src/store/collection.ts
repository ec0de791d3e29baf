import type { Manifest } from '@flotilla/sdk'
import { SortedMap } from './sorted-map.ts'

/** Where objects are taken from: what has this namespace and name, or comes after it. */
export interface Place {
  readonly namespace: string
  readonly name: string
}

/** Where everything begins. */
export const beginning: Place = { namespace: '', name: '' }

/** The objects of one resource, ordered by namespace and name. The namespace of cluster-scoped ones is empty. */
export class Collection {
  readonly #namespaces = new SortedMap<SortedMap<Manifest>>()

  get(namespace: string, name: string): Manifest | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  set(namespace: string, name: string, object: Manifest): void {
    let objects = this.#namespaces.get(namespace)
    if (objects === undefined) {
      objects = new SortedMap()
      this.#namespaces.set(namespace, objects)
    }
    objects.set(name, object)
  }

  delete(namespace: string, name: string): void {
    const objects = this.#namespaces.get(namespace)
    objects?.delete(name)
    if (objects?.size === 0) this.#namespaces.delete(namespace)
  }

  /** Of one namespace, or of all. */
  list(namespace?: string): Manifest[] {
    if (namespace !== undefined) return this.#namespaces.get(namespace)?.values() ?? []
    return this.#namespaces.values().flatMap((objects) => objects.values())
  }

  /** Of one namespace or of all, from a place on. The collection must not change meanwhile. */
  *from(place: Place = beginning, namespace?: string): Generator<Manifest> {
    for (const [objects, name] of this.#parts(place, namespace)) yield* objects.from(name)
  }

  /** How many those are. */
  sizeFrom(place: Place = beginning, namespace?: string): number {
    let size = 0
    for (const [objects, name] of this.#parts(place, namespace)) size += objects.sizeFrom(name)
    return size
  }

  get size(): number {
    return this.#namespaces.values().reduce((sum, objects) => sum + objects.size, 0)
  }

  /** The objects of each namespace, and the name they are taken from. */
  *#parts(place: Place, namespace?: string): Generator<readonly [objects: SortedMap<Manifest>, name: string]> {
    const first = namespace ?? place.namespace
    if (first < place.namespace) return
    const here = this.#namespaces.get(first)
    if (here) yield [here, first === place.namespace ? place.name : '']
    if (namespace !== undefined) return
    for (const objects of this.#namespaces.from(`${first}\0`)) yield [objects, '']
  }
}
