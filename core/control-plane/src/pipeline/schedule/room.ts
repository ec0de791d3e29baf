import { type Change, type Cluster, deepEqual, parseQuantity, type ResourceSummary } from '@flotilla/sdk'
import { room, type Topic, traffic } from './topics.ts'

/** How much of a resource a cluster has to give. */
const free = ({ allocatable, allocated, allocating }: ResourceSummary, resource: string): bigint =>
  parseQuantity(allocatable?.[resource] ?? 0) -
  parseQuantity(allocated?.[resource] ?? 0) -
  parseQuantity(allocating?.[resource] ?? 0)

/** Whether there is more of anything. What cannot be read may be more. */
function isMore(before: ResourceSummary, after: ResourceSummary): boolean {
  try {
    return Object.keys(after.allocatable ?? {}).some((resource) => free(after, resource) > free(before, resource))
  } catch {
    return true
  }
}

/**
 * What a change of a cluster means to who waits for room: that there is more of it, or, when pods have only come or moved,
 * that what is left may be where it is needed.
 */
export function topicOfRoom({ before, after }: Change<Cluster>): Topic | undefined {
  const was = before?.status?.resourceSummary ?? {}
  const is = after?.status?.resourceSummary
  if (is === undefined || deepEqual(was, is)) return undefined
  return isMore(was, is) ? room : traffic
}
