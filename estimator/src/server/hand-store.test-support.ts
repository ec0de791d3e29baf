import type { Change, Store } from '@flotilla/sdk'

/** A store that a test writes into. */
export interface HandStore<T> extends Store<T> {
  put(object: T): void
  remove(name: string): void
}

/** Objects by name, told of as a cache does. */
export function handStore<T extends { readonly metadata: { readonly name: string } }>(): HandStore<T> {
  const objects = new Map<string, T>()
  const listeners = new Set<(change: Change<T>) => void>()
  const tell = (change: Change<T>) => {
    for (const listener of listeners) listener(change)
  }
  return {
    get: ({ name }) => objects.get(name),
    list: () => [...objects.values()],
    by: (index, value) => [...objects.values()].filter((object) => [...index.values(object)].includes(value)),
    synced: Promise.resolve(),
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    put: (after) => {
      const before = objects.get(after.metadata.name)
      objects.set(after.metadata.name, after)
      tell(before ? { before, after } : { after })
    },
    remove: (name) => {
      const before = objects.get(name)
      objects.delete(name)
      if (before) tell({ before })
    },
  }
}
