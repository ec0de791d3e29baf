import type { FederatedResourceQuota } from '@flotilla/sdk'
import { amountsOf } from './amounts.ts'

/** How much of a limit is used. */
export interface Share {
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

function* sharesOf(
  hard: Readonly<Record<string, string | number>> = {},
  used: Readonly<Record<string, string | number>> = {},
  cluster?: string,
): Iterable<Share> {
  const there = amountsOf(used)
  for (const [resource, limit] of amountsOf(hard)) {
    yield {
      resource,
      ...(cluster !== undefined && { cluster }),
      used: String(used[resource] ?? '0'),
      hard: String(hard[resource]),
      ratio: ratioOf(there.get(resource) ?? 0n, limit),
    }
  }
}

/** All shares of a quota: overall first, then cluster by cluster. */
export const shares = ({ spec, status = {} }: FederatedResourceQuota): readonly Share[] => [
  ...sharesOf(spec.overall, status.overallUsed),
  ...(status.aggregatedStatus ?? []).flatMap(({ clusterName, hard, used }) => [...sharesOf(hard, used, clusterName)]),
]

const nameOf = ({ cluster = '', resource }: Share): string => `${cluster}/${resource}`

/** The highest threshold, in percent, that a share has reached; 0 for none. */
const reached = ({ ratio }: Share, thresholds: readonly number[]): number =>
  Math.max(0, ...thresholds.filter((threshold) => ratio * 100 >= threshold))

export const shareText = ({ resource, cluster, used, hard, ratio }: Share): string => {
  const percent = Number.isFinite(ratio) ? ` (${Math.floor(ratio * 100)} %)` : ''
  return `${resource}: ${used} of ${hard} used${percent}${cluster === undefined ? '' : ` in cluster ${cluster}`}`
}

/** How far the shares of quotas have come, so that each threshold is told of once on the way up. */
export class Levels {
  readonly #thresholds: readonly number[]
  readonly #levels = new Map<string, ReadonlyMap<string, number>>()

  constructor(thresholds: readonly number[]) {
    this.#thresholds = thresholds
  }

  /** The shares that have passed a threshold since the quota was last looked at. The first look tells of none. */
  passed(quota: string, now: readonly Share[]): readonly Share[] {
    const before = this.#levels.get(quota)
    const levels = new Map(now.map((share) => [nameOf(share), reached(share, this.#thresholds)]))
    this.#levels.set(quota, levels)
    if (!before) return []
    return now.filter((share) => (levels.get(nameOf(share)) ?? 0) > (before.get(nameOf(share)) ?? 0))
  }

  forget(quota: string): void {
    this.#levels.delete(quota)
  }
}
