import { type CallOptions, type Client, errors, type Key, type Kind, keyText, type Store } from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'

export interface FenceOptions {
  /** Whether who writes still may, at this very moment. */
  readonly isHeld: () => boolean
  /** Ends the writes that are under way. */
  readonly cut: AbortSignal
  /** The caches of kinds that are only written, or deleted, in the version that is cached. */
  readonly versions: readonly (readonly [kind: Kind<unknown>, store: Pick<Store<unknown>, 'get'>])[]
}

/** A client that writes only for as long as it may. */
export interface Fence {
  readonly client: Client
  /** Resolves when no write is under way. */
  settled(): Promise<void>
}

/**
 * Keeps who lost a lease from writing. Between the look at the clock and the write a process may sleep, and a network may
 * keep a request: then the version refuses it, for who holds the lease now has written since, or has not begun.
 */
export function fenced(client: Client, { isHeld, cut, versions }: FenceOptions): Fence {
  const stores = new Map(versions.map(([kind, store]) => [nameOf(kind), store]))
  const underWay = new Set<Promise<unknown>>()

  /** A write that ends when it is cut off, or when its caller ends it. */
  async function write<T>(
    what: string,
    { signal }: CallOptions,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (cut.aborted || !isHeld()) throw errors.SHARD_LOST(what)
    const own = new AbortController()
    const end = () => own.abort(signal?.aborted ? signal.reason : errors.SHARD_LOST(what))
    for (const each of [cut, signal]) each?.addEventListener('abort', end)
    if (signal?.aborted) end()
    const writing = call(own.signal)
    const known = writing.catch(() => undefined) // whoever asked is told
    underWay.add(known)
    try {
      return await writing
    } finally {
      underWay.delete(known)
      for (const each of [cut, signal]) each?.removeEventListener('abort', end)
    }
  }

  const versionOf = (kind: Kind<unknown>, key: Key): string | undefined => {
    const object = stores.get(nameOf(kind))?.get(key)
    return object === undefined ? undefined : metadataOf(object).resourceVersion
  }

  const own: Client = {
    ...client,
    create: (kind, object, options = {}) =>
      write(textOf(kind, metadataOf(object)), options, (signal) => client.create(kind, object, { ...options, signal })),
    update: (kind, object, options = {}) =>
      write(textOf(kind, metadataOf(object)), options, (signal) => client.update(kind, object, { ...options, signal })),
    patch: (kind, key, patch, options = {}) => {
      const version = patch.type === 'merge' ? versionOf(kind, key) : undefined
      const body = version === undefined ? patch.body : onto(version, patch.body)
      return write(textOf(kind, key), options, (signal) => client.patch(kind, key, { ...patch, body }, { ...options, signal })) // biome-ignore format: one call
    },
    delete: (kind, key, options = {}) => {
      const resourceVersion = versionOf(kind, key)
      const preconditions = { ...(resourceVersion !== undefined && { resourceVersion }), ...options.preconditions }
      return write(textOf(kind, key), options, (signal) => client.delete(kind, key, { ...options, preconditions, signal })) // biome-ignore format: one call
    },
  }
  return {
    client: Object.freeze(own),
    async settled() {
      await Promise.all(underWay)
    },
  }
}

const nameOf = ({ apiVersion, plural }: Kind<unknown>): string => `${plural}.${apiVersion}`

const textOf = ({ kind }: Kind<unknown>, key: Key): string => `${kind} ${keyText(key)}`

/** A merge patch of one version; who wrote another one into it means that. */
function onto(resourceVersion: string, body: object | null | string | number | boolean): object {
  const { metadata = {}, ...rest } = body as { readonly metadata?: object } // a merge patch of an object is one
  return { ...rest, metadata: { resourceVersion, ...metadata } }
}
