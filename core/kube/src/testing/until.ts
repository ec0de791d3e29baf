import { setImmediate } from 'node:timers/promises'

/** Lets the process go on until something is so; fails the test when it never is. */
export async function until(condition: () => boolean, what = condition.toString()): Promise<void> {
  const patience = performance.now() + 5_000
  while (!condition()) {
    if (performance.now() > patience) throw new Error(`never came true: ${what}`)
    await setImmediate()
  }
}
