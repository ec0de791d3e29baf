import type { Share } from './api/workloads.ts'

/** A number, or a part of a whole: `25%` of 10, rounded as asked. */
export const resolveShare = (share: Share, whole: number, round: 'up' | 'down'): number => {
  if (typeof share === 'number') return share
  const part = (Number.parseFloat(share) * whole) / 100
  return round === 'up' ? Math.ceil(part) : Math.floor(part)
}
