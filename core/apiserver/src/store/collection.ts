import type { Manifest } from '@flotilla/sdk'
import { SortedMap } from './sorted-map.ts'

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

  get size(): number {
    return this.#namespaces.values().reduce((sum, objects) => sum + objects.size, 0)
  }
}
