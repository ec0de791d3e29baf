import { definePlugin, on, schedule, strategyOf } from '@flotilla/sdk'
import { assignByAvailability } from './availability.ts'

/** Replicas to all clusters, in proportion to what they can take. */
export const assignByDynamicWeight = (asked: schedule.Feasibility): schedule.Assignment | undefined =>
  strategyOf(asked.placement) === 'DynamicWeight' ? assignByAvailability(asked, (bidders) => bidders) : undefined

export const dynamicWeight = definePlugin({
  name: 'assign-dynamic-weight',
  needs: ['assign-non-workload'],
  extensions: () => [on(schedule.assign, assignByDynamicWeight)],
})
