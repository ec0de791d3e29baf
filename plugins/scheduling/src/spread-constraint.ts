import { definePlugin, on, schedule } from '@flotilla/sdk'
import { objecting } from './refusal.ts'
import { groupingsOf } from './spread.ts'

const raise = objecting({ resolvable: false, resolvedBy: ['labels', 'spec'] })

export const spreadConstraint = definePlugin({
  name: 'spread-constraint',
  extensions: () => [
    on(schedule.filter, ({ placement, clusters }) => {
      const groupings = groupingsOf(placement)
      if (groupings.length === 0) return undefined
      return raise(clusters, JSON.stringify(placement.spreadConstraints), (cluster) => {
        const missing = groupings.find(({ groupsOf }) => groupsOf(cluster).length === 0)
        return missing && `cluster(s) did not have ${missing.property} property`
      })
    }),
  ],
})
