import { definePlugin, on, schedule, strategyOf } from '@flotilla/sdk'
import { assignByAvailability, type Bidder } from './availability.ts'

/** Those that have some first, then the roomiest. */
const compare = (a: Bidder, b: Bidder): number => Number(b.assigned > 0) - Number(a.assigned > 0) || b.weight - a.weight

/** As few as can take so many replicas. */
export function fewest(bidders: readonly Bidder[], replicas: number): readonly Bidder[] {
  const chosen: Bidder[] = []
  let held = 0
  for (const bidder of bidders.toSorted(compare)) {
    chosen.push(bidder)
    held += bidder.weight
    if (held >= replicas) break
  }
  return chosen
}

/** Replicas to as few clusters as can take them. */
export const assignAggregated = (asked: schedule.Feasibility): schedule.Assignment | undefined =>
  strategyOf(asked.placement) === 'Aggregated' ? assignByAvailability(asked, fewest) : undefined

export const aggregated = definePlugin({
  name: 'assign-aggregated',
  needs: ['assign-non-workload'],
  extensions: () => [on(schedule.assign, assignAggregated)],
})
