import type { QuotaShare } from '@flotilla/sdk'

const nameOf = ({ cluster = '', resource }: QuotaShare): string => `${cluster}/${resource}`

/** The highest threshold, in percent, that a share has reached; 0 for none. */
const reached = ({ ratio }: QuotaShare, thresholds: readonly number[]): number =>
  Math.max(0, ...thresholds.filter((threshold) => ratio * 100 >= threshold))

export const shareText = ({ resource, cluster, used, hard, ratio }: QuotaShare): string => {
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
  passed(quota: string, now: readonly QuotaShare[]): readonly QuotaShare[] {
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
