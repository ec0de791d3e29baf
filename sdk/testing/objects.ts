import { deepEqual } from '../src/equal.ts'
import { deepFreeze } from '../src/freeze.ts'
import type { Change, Store } from '../src/host.ts'
import { type Key, type Kind, keyOf, keyText, kindText } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'

/** What names a kind: a manifest does, too. */
export type KindName = Pick<Kind, 'apiVersion' | 'kind'>

type Listener = (change: Change<Manifest>) => void

const withVersion = (object: Manifest, resourceVersion: string): Manifest => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
})

const sameButVersion = (a: Manifest, b: Manifest): boolean => deepEqual(withVersion(a, ''), withVersion(b, ''))

/** Frozen objects in memory, of any kind, with versions that count up. */
export class Objects {
  readonly #kinds = new Map<string, Map<string, Manifest>>()
  readonly #listeners = new Map<string, Set<Listener>>()
  #version = 0

  constructor(objects: readonly Manifest[] = []) {
    for (const object of objects) this.put(object)
  }

  get version(): string {
    return String(this.#version)
  }

  get(kind: KindName, key: Key): Manifest | undefined {
    return this.#kinds.get(kindText(kind))?.get(keyText(key))
  }

  list(kind: KindName, namespace?: string): readonly Manifest[] {
    const all = [...(this.#kinds.get(kindText(kind))?.values() ?? [])]
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace)
  }

  /** Stores the object as it is, with a version of its own. What says the same as before stays what it was. */
  put(object: Manifest): Manifest {
    const before = this.get(object, keyOf(object))
    if (before && sameButVersion(before, object)) return before
    const after = deepFreeze(withVersion(object, String(++this.#version)))
    const kind = kindText(after)
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? new Map()).set(keyText(keyOf(after)), after))
    this.#tell(kind, before ? { before, after } : { after })
    return after
  }

  remove(object: Manifest): void {
    const kind = kindText(object)
    this.#version++
    if (this.#kinds.get(kind)?.delete(keyText(keyOf(object)))) this.#tell(kind, { before: object })
  }

  listen(kind: KindName, listener: Listener): () => void {
    const listeners = this.#listeners.get(kindText(kind)) ?? new Set<Listener>()
    this.#listeners.set(kindText(kind), listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** A cache of one kind that is never behind. */
  store<T>(kind: Kind<T>): Store<T> {
    const list: Store<T>['list'] = (namespace) => this.list(kind, namespace).map((object) => typed<T>(object))
    return {
      get: (key) => typed<T | undefined>(this.get(kind, key)),
      list,
      by: (index, value) => list().filter((object) => [...index.values(object)].includes(value)),
      synced: Promise.resolve(),
      listen: (listener) => {
        for (const after of list()) listener({ after, initial: true })
        return this.listen(kind, (change) => listener(typed<Change<T>>(change)))
      },
    }
  }

  #tell(kind: string, change: Change<Manifest>): void {
    for (const listener of [...(this.#listeners.get(kind) ?? [])]) listener(change)
  }
}

/** An object as the type its kind has. Nobody can check it: `Kind` says so. */
export const typed = <T>(object: unknown): T => object as T
