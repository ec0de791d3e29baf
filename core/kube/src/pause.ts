import { setTimeout } from 'node:timers/promises'

/** Waits, or until the signal: then it resolves at once. Without `ref` the process does not live on for it. */
export async function pause(milliseconds: number, signal?: AbortSignal, ref = true): Promise<void> {
  try {
    await setTimeout(Math.max(0, milliseconds), undefined, { signal, ref })
  } catch {
    // Only the signal ends it early, and the caller looks at the signal anyway.
  }
}

/** Resolves when the signal ends. */
export const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
