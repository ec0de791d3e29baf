import type { FederatedResourceQuota } from './api/federated-resource-quota.ts'
import type { ResourceList } from './manifest.ts'
import { parseQuantity } from './quantity.ts'

/** How much of a limit of a quota is used. */
export interface QuotaShare {
  readonly resource: string
  /** Of that cluster's own limit; of the overall one without. */
  readonly cluster?: string
  readonly used: string
  readonly hard: string
  /** 1 is all of it. Of a limit of 0 nothing can be used: that is 0, or more than all. */
  readonly ratio: number
}

const ratioOf = (used: bigint, hard: bigint): number =>
  hard > 0n ? Number(used) / Number(hard) : used > 0n ? Number.POSITIVE_INFINITY : 0

const sharesOf = (hard: ResourceList = {}, used: ResourceList = {}, cluster?: string): readonly QuotaShare[] =>
  Object.entries(hard).map(([resource, limit]) => {
    const there = used[resource] ?? '0'
    return {
      resource,
      ...(cluster !== undefined && { cluster }),
      used: String(there),
      hard: String(limit),
      ratio: ratioOf(parseQuantity(there), parseQuantity(limit)),
    }
  })

/** All shares of a quota: overall first, then cluster by cluster. */
export const quotaShares = ({ spec, status = {} }: FederatedResourceQuota): readonly QuotaShare[] => [
  ...sharesOf(spec.overall, status.overallUsed),
  ...(status.aggregatedStatus ?? []).flatMap(({ clusterName, hard, used }) => sharesOf(hard, used, clusterName)),
]
