import { type Counted, census, differences, lasting } from './census.ts'
import { pause } from './pause.ts'

export interface ComparisonOptions {
  /** Objects a page. */
  readonly pageSize: number
  /** How long what differs is given to come in after all. */
  readonly lagMs: number
}

/** What a comparison found. */
export interface Compared {
  /** The version the server is at. */
  readonly version: string
  /** What is held otherwise than the server has it, by key text. */
  readonly different: readonly string[]
}

/**
 * Compares what is held with what a server has, by identity and version. What only differs because it is on its way does
 * not count: it has to differ in the same way twice.
 */
export async function compare(
  counted: Counted,
  held: () => readonly unknown[],
  { pageSize, lagMs }: ComparisonOptions,
): Promise<Compared> {
  const first = await census(counted, pageSize)
  const suspects = differences(held(), first)
  if (suspects.size === 0) return { version: first.version, different: [] }
  await pause(lagMs, counted.signal)
  const second = await census(counted, pageSize)
  return { version: first.version, different: lasting(suspects, differences(held(), second)) }
}
