import { setTimeout as sleep } from 'node:timers/promises'
import { broken } from './laws.ts'
import { look } from './look.ts'
import type { Model } from './model.ts'
import type { World } from './world.ts'

export interface Patience {
  /** Milliseconds without a write after which all is looked at. */
  readonly quiet?: number
  /** Milliseconds after which what is not right is wrong. */
  readonly ceiling?: number
}

/** How long it took each time, milliseconds, and what was last put right. */
export const took: { readonly ms: number; readonly last: readonly string[] }[] = []

/** Waits until nobody writes any more and all is as users said. Throws what is not. */
export async function settle(
  model: Model,
  world: World,
  { quiet = 250, ceiling = 20_000 }: Patience = {},
): Promise<void> {
  const start = performance.now()
  let [seen, since] = [await world.versions(), start]
  let wrong: readonly string[] = ['it has not come to rest']
  while (performance.now() - start < ceiling) {
    await sleep(50)
    const versions = await world.versions()
    if (versions !== seen) [seen, since] = [versions, performance.now()]
    if (performance.now() - since < quiet) continue
    const sight = await look(world)
    if ((await world.versions()) !== seen) continue
    const found = broken({ model, sight, isUp: (name) => model.clusters.has(name) && world.site(name).isUp })
    if (found.length > 0) {
      wrong = found
      continue
    }
    took.push({ ms: since - start, last: wrong })
    model.calm()
    return
  }
  throw new Error(`after ${ceiling / 1000} s:\n  ${wrong.join('\n  ')}\n${world.complaints.slice(-15).join('\n')}`)
}
