import { definePlugin, on, schedule } from '@flotilla/sdk'
import { inRank, pick } from './pick.ts'
import { replicaMeasure } from './room.ts'
import { clusterBounds, counted, groupingsOf, ignoresSpread } from './spread.ts'

/**
 * As many clusters as the placement allows, best first; when they have no room for all replicas, roomier ones in place of
 * the last. Whether the room is enough is said when replicas are assigned.
 */
export function selectByCluster(asked: schedule.Feasibility): schedule.Selection | undefined {
  const { placement, clusters } = asked
  const bounds = clusterBounds(placement)
  if (!bounds || groupingsOf(placement).length > 0 || ignoresSpread(placement)) return undefined
  if (clusters.length < bounds.min) {
    return {
      unfit: `the placement spreads over at least ${counted(bounds.min, 'cluster')}; feasible: ${clusters.length}`,
      resolvedBy: [],
    }
  }
  return { clusters: inRank(clusters, pick(clusters, bounds.max, replicaMeasure(asked))) }
}

export const selectionByCluster = definePlugin({
  name: 'select-by-cluster',
  extensions: () => [on(schedule.select, selectByCluster)],
})
