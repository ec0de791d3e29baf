import { setTimeout } from 'node:timers/promises'
import type { Store } from '@flotilla/sdk'

const known = new WeakSet<object>()

/** Whether a cache has seen everything there is, after waiting at most so many milliseconds for it. */
export async function full<T>(store: Store<T>, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (known.has(store)) return true
  const end = new AbortController()
  const enough = setTimeout(milliseconds, false, { signal: AbortSignal.any([signal, end.signal]) }).catch(() => false)
  const filled = store.synced.then(() => {
    known.add(store)
    return true
  })
  const isFull = await Promise.race([filled, enough])
  end.abort()
  return isFull
}
