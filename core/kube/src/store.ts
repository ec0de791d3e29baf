import { type Change, deepEqual, type Index, isFields, type Key, keyOf, keyText, type Store } from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'

/** Objects by key text, in the order they came, and as an array made when somebody asks. */
class Bucket<T> {
  readonly #objects = new Map<string, T>()
  #listed: readonly T[] | undefined

  get(text: string): T | undefined {
    return this.#objects.get(text)
  }

  set(text: string, object: T): void {
    this.#objects.set(text, object)
    this.#listed = undefined
  }

  /** Whether it is empty now. */
  delete(text: string): boolean {
    this.#objects.delete(text)
    this.#listed = undefined
    return this.#objects.size === 0
  }

  keys(): Iterable<string> {
    return this.#objects.keys()
  }

  list(): readonly T[] {
    this.#listed ??= Object.freeze([...this.#objects.values()])
    return this.#listed
  }
}

type Buckets<T> = Map<string, Bucket<T>>
type Listener<T> = (change: Change<T>) => void

const none: readonly never[] = Object.freeze([])

const textOf = (object: unknown): string => keyText(keyOf({ metadata: metadataOf(object) }))

function isSameVersion(a: unknown, b: unknown): boolean {
  const { resourceVersion } = metadataOf(a)
  return resourceVersion !== undefined && resourceVersion === metadataOf(b).resourceVersion
}

const specOf = (object: unknown): unknown => (object as { readonly spec?: unknown }).spec // undefined where there is none

/**
 * An object with the spec that was there before, if that is the same: most of what changes is a status, and who compares specs has less
 * to do. What stays is old, and what goes has just come, which collectors of garbage like best.
 */
function keeping<T>(before: T, after: T): T {
  const spec = specOf(before)
  return isFields(spec) && deepEqual(spec, specOf(after)) ? Object.freeze({ ...after, spec }) : after
}

export interface ObjectStoreOptions {
  /** Told when a listener or an index throws; the store goes on. */
  readonly onError: (error: unknown) => void
}

/** A `Store` with the hand that fills it: a reflector's. Objects come in frozen; all of it is synchronous. */
export class ObjectStore<T> implements Store<T> {
  readonly synced: Promise<void>
  readonly #onError: (error: unknown) => void
  readonly #objects = new Bucket<T>()
  readonly #indexes = new Map<Index<T>, Buckets<T>>()
  readonly #byNamespace: Index<T> = { name: 'namespace', values: (object) => [metadataOf(object).namespace ?? ''] }
  readonly #resolveSynced: () => void
  #listeners: readonly Listener<T>[] = none
  #filled = false

  constructor({ onError }: ObjectStoreOptions) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.synced = promise
    this.#resolveSynced = resolve
    this.#onError = onError
  }

  get(key: Key): T | undefined {
    return this.#objects.get(keyText(key))
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? this.#objects.list() : this.by(this.#byNamespace, namespace)
  }

  by(index: Index<T>, value: string): readonly T[] {
    const buckets = this.#indexes.get(index) ?? this.#build(index)
    return buckets.get(value)?.list() ?? none
  }

  listen(listener: Listener<T>): () => void {
    let listening = true
    const hear: Listener<T> = (change) => {
      if (listening) this.#guard(() => listener(change))
    }
    this.#listeners = [...this.#listeners, hear]
    for (const after of this.#objects.list()) hear({ after, initial: true })
    return () => {
      listening = false
      this.#listeners = this.#listeners.filter((other) => other !== hear)
    }
  }

  /**
   * Makes the store hold exactly these objects. The first time, they are `initial` and the store is `synced` after.
   * `anew`: an object in the same version may be another one.
   */
  fill(objects: readonly T[], { anew = false }: { readonly anew?: boolean } = {}): void {
    const gone = new Set(this.#objects.keys())
    for (const object of objects) gone.delete(textOf(object))
    for (const text of gone) this.#remove(text)
    for (const object of objects) this.#put(object, { initial: !this.#filled, anew })
    this.#filled = true
    this.#resolveSynced()
  }

  /** Adds or replaces an object. One that is there in the same version changes nothing. */
  put(after: T): void {
    this.#put(after, { initial: false, anew: false })
  }

  remove(object: T): void {
    this.#remove(textOf(object))
  }

  #put(after: T, { initial, anew }: { readonly initial: boolean; readonly anew: boolean }): void {
    const text = textOf(after)
    const before = this.#objects.get(text)
    if (before === undefined) this.#add(text, after, initial)
    else if (metadataOf(before).uid !== metadataOf(after).uid) this.#swap(text, after)
    else if (anew ? !deepEqual(before, after) : !isSameVersion(before, after)) this.#replace(text, before, after)
  }

  #add(text: string, after: T, initial: boolean): void {
    this.#objects.set(text, after)
    this.#index(text, undefined, after)
    this.#tell(initial ? { after, initial } : { after })
  }

  #replace(text: string, before: T, newest: T): void {
    const after = keeping(before, newest)
    this.#objects.set(text, after)
    this.#index(text, before, after)
    this.#tell({ before, after })
  }

  /** Deleted and made again while nobody looked. */
  #swap(text: string, after: T): void {
    this.#remove(text)
    this.#add(text, after, false)
  }

  #remove(text: string): void {
    const before = this.#objects.get(text)
    if (before === undefined) return
    this.#objects.delete(text)
    this.#index(text, before, undefined)
    this.#tell({ before })
  }

  /** A listener that joins while others are told of a change has had its outcome already: it is not in this array. */
  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) listener(change)
  }

  #build(index: Index<T>): Buckets<T> {
    const buckets: Buckets<T> = new Map()
    this.#indexes.set(index, buckets)
    for (const object of this.#objects.list()) this.#enter(buckets, index, textOf(object), object)
    return buckets
  }

  #index(text: string, before: T | undefined, after: T | undefined): void {
    for (const [index, buckets] of this.#indexes) {
      if (before !== undefined) this.#leave(buckets, index, text, before)
      if (after !== undefined) this.#enter(buckets, index, text, after)
    }
  }

  #enter(buckets: Buckets<T>, index: Index<T>, text: string, object: T): void {
    this.#guard(() => {
      for (const value of index.values(object)) {
        const bucket = buckets.get(value) ?? new Bucket<T>()
        buckets.set(value, bucket)
        bucket.set(text, object)
      }
    })
  }

  #leave(buckets: Buckets<T>, index: Index<T>, text: string, object: T): void {
    this.#guard(() => {
      for (const value of index.values(object)) if (buckets.get(value)?.delete(text)) buckets.delete(value)
    })
  }

  #guard(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#onError(error)
    }
  }
}
