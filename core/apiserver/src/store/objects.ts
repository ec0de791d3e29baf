import { deepFreeze, type Manifest } from '@flotilla/sdk'
import { refusal } from '../status.ts'
import type { Row, Storage } from '../storage/storage.ts'
import { type Address, type Change, keyOf } from './change.ts'
import { Collection, type Place } from './collection.ts'
import { History } from './history.ts'
import { Past } from './past.ts'

/** A write on its way to the disk. */
interface Pending {
  readonly id: string
  readonly change: Change
  readonly done: Promise<Manifest>
  readonly resolve: (object: Manifest) => void
  readonly reject: (error: unknown) => void
}

export interface SpanOptions {
  /** By default from the beginning. */
  readonly from?: Place
  /** By default all. */
  readonly namespace?: string
}

/** Some objects in their order. */
export interface Span {
  readonly objects: Iterable<Manifest>
  readonly size: number
}

export type Listener = (change: Change) => void

export interface ObjectsOptions {
  /** How many changes are remembered for watches that resume. By default 4096. */
  readonly history?: number
  /** What is to be kept of an object that was stored; by default the object itself. */
  readonly restored?: (object: Manifest) => Manifest
  /** A listener threw. It does not stop the others. */
  readonly onError: (error: unknown) => void
  /** Storage begins to fail; without an error: it works again. */
  readonly onStorage?: (error?: unknown) => void
}

const batchLimit = 500

const idOf = (address: Address): string => `${address.resource}/${keyOf(address)}`

const stamp = (object: Manifest, revision: number): Manifest =>
  deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } })

const addressOf = ({ resource, key }: Row): Address => {
  const slash = key.indexOf('/')
  return { resource, namespace: slash < 0 ? '' : key.slice(0, slash), name: key.slice(slash + 1) }
}

/**
 * All objects, frozen, in memory; storage is behind it. A write is checked against the newest state, which readers do
 * not see yet, and is shown to readers and told to listeners when it is stored: in the order of revisions. While one
 * batch is being stored the next one gathers.
 */
export class Objects {
  readonly #storage: Storage
  readonly #onError: (error: unknown) => void
  readonly #onStorage: (error?: unknown) => void
  #failing = false
  readonly #collections = new Map<string, Collection>()
  readonly #history: History
  readonly #listeners = new Set<Listener>()
  readonly #pending = new Map<string, Pending>()
  #queue: Pending[] = []
  #draining: Promise<void> | undefined
  #closed = false
  #assigned: number
  #revision: number

  private constructor(
    storage: Storage,
    options: ObjectsOptions,
    revision: number,
    changed: ReadonlyMap<string, number>,
  ) {
    this.#storage = storage
    this.#onError = options.onError
    this.#onStorage = options.onStorage ?? (() => {})
    this.#history = new History(options.history ?? 4096, changed)
    this.#revision = Math.max(1, revision) // 0 has a meaning of its own in the API
    this.#assigned = this.#revision
  }

  static async open(storage: Storage, options: ObjectsOptions): Promise<Objects> {
    const { revision, rows, changed } = await storage.open()
    const objects = new Objects(storage, options, revision, changed)
    const { restored = (object) => object } = options
    for (const row of rows) {
      const { resource, namespace, name } = addressOf(row)
      objects.#collection(resource).set(namespace, name, deepFreeze(restored(row.object)))
    }
    return objects
  }

  /** The revision readers see. */
  get revision(): number {
    return this.#revision
  }

  /** The object as readers see it. */
  get({ resource, namespace, name }: Address): Manifest | undefined {
    return this.#collections.get(resource)?.get(namespace, name)
  }

  /** The object as the next write will find it: what is being stored counts. */
  newest(address: Address): Manifest | undefined {
    const pending = this.#pending.get(idOf(address))
    if (pending === undefined) return this.get(address)
    return pending.change.type === 'DELETED' ? undefined : pending.change.object
  }

  /** Objects of a resource, of one namespace or of all, ordered by namespace and name. */
  list(resource: string, namespace?: string): Manifest[] {
    return this.#collections.get(resource)?.list(namespace) ?? []
  }

  /** Objects of one namespace, or of all, as the next write will find them, in no order. */
  listNewest(resource: string, namespace?: string): readonly Manifest[] {
    const listed = this.#collections.get(resource)?.list(namespace) ?? []
    const pending = [...this.#pending.values()].filter(
      ({ change }) => change.resource === resource && (namespace === undefined || change.namespace === namespace),
    )
    if (pending.length === 0) return listed
    const names = new Set(pending.map(({ change }) => `${change.namespace}/${change.name}`))
    return [
      ...listed.filter(({ metadata: { namespace: place = '', name } }) => !names.has(`${place}/${name}`)),
      ...pending.flatMap(({ change }) => (change.type === 'DELETED' ? [] : [change.object])),
    ]
  }

  /**
   * The same as they were at a revision, from a place on; undefined when that is forgotten. They are to be taken in the same
   * turn, as far as they are wanted: the rest costs nothing.
   */
  span(resource: string, revision: number, { from, namespace }: SpanOptions = {}): Span | undefined {
    const later = this.#history.since(resource, revision)
    if (later === undefined) return undefined
    const collection = this.#collection(resource)
    const now = { objects: collection.from(from, namespace), size: collection.sizeFrom(from, namespace) }
    if (later.length === 0) return now
    const past = new Past(later)
    return { objects: past.from(now.objects, from, namespace), size: now.size + past.excess(from, namespace) }
  }

  /** Every resource that has objects, and how many. */
  *counts(): Iterable<readonly [resource: string, count: number]> {
    for (const [resource, collection] of this.#collections) yield [resource, collection.size]
  }

  /** Changes of a resource after a revision, oldest first; undefined when some of them are forgotten. */
  since(resource: string, revision: number): readonly Change[] | undefined {
    return this.#history.since(resource, revision)
  }

  /** Hears of every change, in order, at the moment readers see it. Returns what ends the hearing. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Puts `after` in the place of `before`, whose absence is undefined. Answers nothing when `before` is not the newest
   * state any more: read again. The promise resolves with the object, frozen and with its new resourceVersion, once it
   * is stored and visible.
   */
  write(address: Address, before: Manifest | undefined, after: Manifest): Promise<Manifest> | undefined {
    return this.#change(address, before ? 'MODIFIED' : 'ADDED', after, before)
  }

  /** The same for a removal; it resolves with the last state and the resourceVersion of the removal. */
  remove(address: Address, before: Manifest, last: Manifest = before): Promise<Manifest> | undefined {
    return this.#change(address, 'DELETED', last, before)
  }

  /** Resolves when what is known of an object is stored. */
  async settled(address: Address): Promise<void> {
    await this.#pending.get(idOf(address))?.done
  }

  /** Stores what was accepted, then closes storage. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
    await this.#storage.close()
  }

  #change(address: Address, type: Change['type'], state: Manifest, before?: Manifest): Promise<Manifest> | undefined {
    if (this.#closed) throw refusal.internal('the server is closing')
    if (this.newest(address) !== before) return undefined
    this.#assigned += 1
    const { resource, namespace, name } = address
    const object = stamp(state, this.#assigned)
    const pending = this.#pend({
      resource,
      namespace,
      name,
      revision: this.#assigned,
      type,
      object,
      ...(before && { before }),
    })
    this.#draining ??= this.#drain()
    return pending.done
  }

  #pend(change: Change): Pending {
    const { promise: done, resolve, reject } = Promise.withResolvers<Manifest>()
    const pending: Pending = { id: idOf(change), change, done, resolve, reject }
    this.#pending.set(pending.id, pending)
    this.#queue.push(pending)
    return pending
  }

  async #drain(): Promise<void> {
    await undefined // writes of the same turn share a batch
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchLimit)
      try {
        await this.#storage.commit(batch.map(rowOf))
        if (this.#failing) this.#onStorage()
        this.#failing = false
      } catch (cause) {
        if (!this.#failing) this.#onStorage(cause)
        this.#failing = true
        this.#fail(batch, refusal.notStored(cause))
        continue
      }
      for (const pending of batch) this.#publish(pending)
    }
    this.#draining = undefined
  }

  /** What was accepted on top of a write that failed cannot stand either. */
  #fail(batch: readonly Pending[], error: unknown): void {
    const lost = [...batch, ...this.#queue]
    this.#queue = []
    this.#pending.clear()
    for (const { done, reject } of lost) {
      done.catch(() => undefined)
      reject(error)
    }
  }

  #publish(pending: Pending): void {
    const { change, id } = pending
    if (this.#pending.get(id) === pending) this.#pending.delete(id)
    const collection = this.#collection(change.resource)
    if (change.type === 'DELETED') collection.delete(change.namespace, change.name)
    else collection.set(change.namespace, change.name, change.object)
    this.#revision = change.revision
    this.#history.push(change)
    for (const listener of this.#listeners) this.#tell(listener, change)
    pending.resolve(change.object)
  }

  #tell(listener: Listener, change: Change): void {
    try {
      listener(change)
    } catch (error) {
      this.#onError(error)
    }
  }

  #collection(resource: string): Collection {
    let collection = this.#collections.get(resource)
    if (collection === undefined) {
      collection = new Collection()
      this.#collections.set(resource, collection)
    }
    return collection
  }
}

const rowOf = ({ change }: Pending): Row => ({
  resource: change.resource,
  key: keyOf(change),
  revision: change.revision,
  ...(change.type !== 'DELETED' && { object: change.object }),
})
