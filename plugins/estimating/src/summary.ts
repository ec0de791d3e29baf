import type { ResourceSummary } from '@flotilla/sdk'
import { type Amounts, amountsOf, plus } from './quantities.ts'

/** Read once for each summary a cluster reports, not once for each binding. */
const known = new WeakMap<ResourceSummary, Amounts>()

const readFree = ({ allocatable, allocated, allocating }: ResourceSummary): Amounts =>
  plus(plus(amountsOf(allocatable), amountsOf(allocated), -1n), amountsOf(allocating), -1n)

/** What is allocatable and neither taken by pods nor claimed by pods that wait for a node. Pods are a resource, too. */
export function freeOf(summary: ResourceSummary): Amounts {
  const found = known.get(summary)
  if (found) return found
  const free = readFree(summary)
  known.set(summary, free)
  return free
}
