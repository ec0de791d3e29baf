import type { ResourceSummary } from '@flotilla/sdk'
import { type Amounts, amountsOf } from './quantities.ts'

/** What a cluster has left. */
export interface Free {
  readonly amounts: Amounts
  readonly pods: bigint
}

/** Read once for each summary a cluster reports, not once for each binding. */
const known = new WeakMap<ResourceSummary, Free>()

function readFree({ allocatable, allocated, allocating }: ResourceSummary): Free {
  const [used, claimed] = [amountsOf(allocated), amountsOf(allocating)]
  const left = (name: string, all: bigint): bigint => all - (used.get(name) ?? 0n) - (claimed.get(name) ?? 0n)
  const amounts = new Map([...amountsOf(allocatable)].map(([name, all]) => [name, left(name, all)]))
  return { amounts, pods: (amounts.get('pods') ?? 0n) / 1000n }
}

/** What is allocatable and neither taken by pods nor claimed by pods that wait for a node. */
export function freeOf(summary: ResourceSummary): Free {
  const found = known.get(summary)
  if (found) return found
  const free = readFree(summary)
  known.set(summary, free)
  return free
}
