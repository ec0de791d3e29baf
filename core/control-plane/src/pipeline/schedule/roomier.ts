import { type Change, type Cluster, deepEqual, parseQuantity, type ResourceSummary } from '@flotilla/sdk'

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

/** Whether a change of a cluster that stays leaves it with more to give: only that helps who waits for room. */
export function isRoomier({ before, after }: Change<Cluster>): boolean {
  const was = before?.status?.resourceSummary ?? {}
  const is = after?.status?.resourceSummary
  return is !== undefined && !deepEqual(was, is) && isMore(was, is)
}
