import type { Runtime } from '@flotilla/kube'
import {
  type Change,
  deepEqual,
  isNotFound,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  type Store,
} from '@flotilla/sdk'

/** Someone waits until the cache has seen a write. */
interface Waiter<T> {
  readonly hasSeen: (object: T | undefined) => boolean
  readonly resolve: () => void
}

/** A cache that lags this far, in milliseconds, is waited for no more: what is done twice then is undone later. */
const patience = 5_000

const versionOf = ({ metadata }: Manifest): number => Number(metadata.resourceVersion ?? 0)

/**
 * The objects of a kind: read from the cache, and written so that the cache has seen the write when the promise
 * resolves. Whoever counts what there is after a write counts right, and nothing is made twice.
 */
export class Cached<T extends Manifest> {
  readonly store: Store<T>
  readonly #client: Runtime['client']
  readonly #kind: Kind<T>
  readonly #signal: AbortSignal
  readonly #waiting = new Map<string, Set<Waiter<T>>>()

  constructor({ client, store, signal }: Pick<Runtime, 'client' | 'store' | 'signal'>, kind: Kind<T>) {
    this.#client = client
    this.#signal = signal
    signal.addEventListener('abort', () => this.#release(), { once: true }) // nothing is seen any more
    this.#kind = kind
    this.store = store(kind)
    this.store.listen((change) => this.#hear(change))
  }

  async create(object: T): Promise<T> {
    const created = await this.#client.create(this.#kind, object)
    await this.#seen(keyOf(created), atLeast(created))
    return created
  }

  /** A merge patch. What is gone by now needs none. */
  async patch(object: T, body: object): Promise<void> {
    await this.#unlessGone(async () => {
      const patched = await this.#client.patch(this.#kind, keyOf(object), { type: 'merge', body })
      await this.#seen(keyOf(object), atLeast(patched))
    })
  }

  /** Replaces the status, unless it says the same already. What is gone by now needs none. */
  async setStatus(object: T, status: T['status']): Promise<void> {
    if (deepEqual(object.status, status)) return
    const { resourceVersion: _, ...metadata } = object.metadata // only one controller writes it: the last one is right
    await this.#unlessGone(async () => {
      const updated = await this.#client.update(this.#kind, { ...object, metadata, status }, { subresource: 'status' })
      await this.#seen(keyOf(object), atLeast(updated))
    })
  }

  /** At once, dependents in the background. Not another object of the same name. */
  async delete(object: T): Promise<void> {
    const { uid } = object.metadata
    const options = {
      propagation: 'Background',
      gracePeriodSeconds: 0,
      ...(uid && { preconditions: { uid } }),
    } as const
    const wasThere = await this.#client.delete(this.#kind, keyOf(object), options)
    if (wasThere) await this.#seen(keyOf(object), isGone(object))
  }

  async #unlessGone(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  #seen(key: Key, hasSeen: Waiter<T>['hasSeen']): Promise<void> {
    if (this.#signal.aborted || hasSeen(this.store.get(key))) return Promise.resolve()
    const text = keyText(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiters = this.#waiting.get(text) ?? new Set()
    this.#waiting.set(text, waiters)
    const timer = setTimeout(() => waiter.resolve(), patience)
    const waiter: Waiter<T> = {
      hasSeen,
      resolve: () => {
        clearTimeout(timer)
        waiters.delete(waiter)
        if (waiters.size === 0 && this.#waiting.get(text) === waiters) this.#waiting.delete(text)
        resolve()
      },
    }
    waiters.add(waiter)
    return promise
  }

  #release(): void {
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.resolve()
  }

  #hear({ before, after }: Change<T>): void {
    if (this.#waiting.size === 0) return
    const object = after ?? before
    if (!object) return
    for (const waiter of this.#waiting.get(keyText(keyOf(object))) ?? []) if (waiter.hasSeen(after)) waiter.resolve()
  }
}

/** The written version or a later one; or nothing, when it went as fast as it came. */
function atLeast<T extends Manifest>(written: T): Waiter<T>['hasSeen'] {
  let appeared = false
  return (object) => {
    if (!object) return appeared
    appeared = true
    return versionOf(object) >= versionOf(written)
  }
}

/** Gone, or another one by now, or waiting for finalizers. */
const isGone =
  ({ metadata: { uid } }: Manifest) =>
  (object: Manifest | undefined): boolean =>
    object === undefined || object.metadata.uid !== uid || object.metadata.deletionTimestamp !== undefined
