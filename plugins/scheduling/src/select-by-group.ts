import { definePlugin, on, schedule } from '@flotilla/sdk'
import { anyNumber, filled, type Group, type Marks, rankGroups, resolvedBy, spreadsOver } from './groups.ts'
import { type Measure, pick, suffices } from './pick.ts'
import { replicaMeasure } from './room.ts'
import { selectByGroups } from './select-by-groups.ts'
import { type Bounds, clusterBounds, counted, type Grouping, groupingsOf, ignoresSpread } from './spread.ts'

/** The best cluster of each group, and others of these groups. */
function selectWithin(
  groups: readonly Group[],
  { clusters }: schedule.Feasibility,
  { groupsOf }: Grouping,
  most: number,
  measure: Measure<schedule.Feasible>,
): readonly schedule.Feasible[] {
  const names = new Set(groups.map(({ name }) => name))
  const marksOf: Marks = ({ cluster }) => groupsOf(cluster).filter((name) => names.has(name))
  const inside = clusters.filter((feasible) => marksOf(feasible).length > 0)
  const leaders = new Set(groups.flatMap((group) => group.clusters.slice(0, 1)))
  return filled(inside, leaders, marksOf, most, measure)
}

/** Why no selection of the groups can do. */
function whyNot(groups: readonly Group[], { bounds, counted: inWords }: Grouping, wanted: Bounds): string | undefined {
  if (groups.length < bounds.min) return `${spreadsOver(inWords(bounds.min))}; feasible: ${groups.length}`
  if (wanted.max >= bounds.min) return undefined
  return `${spreadsOver(inWords(bounds.min))}, but no more than ${counted(wanted.max, 'cluster')}`
}

/**
 * The best groups, as few as the placement allows, and clusters of each of them. More groups, up to the bound, when those
 * have too few clusters, or no room for all replicas. Whether the room is enough is said when replicas are assigned.
 */
export function selectByGroup(asked: schedule.Feasibility): schedule.Selection | undefined {
  const { placement } = asked
  const groupings = groupingsOf(placement)
  const [grouping] = groupings
  if (!grouping || ignoresSpread(placement)) return undefined
  const wanted = clusterBounds(placement) ?? anyNumber
  if (groupings.length > 1) {
    const few = groupings.map((each) => whyNot(rankGroups(asked, each), each, wanted)).find((why) => why)
    return few ? { unfit: few, resolvedBy } : selectByGroups(asked, groupings, wanted)
  }
  const groups = rankGroups(asked, grouping)
  const unfit = whyNot(groups, grouping, wanted)
  if (unfit) return { unfit, resolvedBy }
  const measure = replicaMeasure(asked)
  const most = Math.min(grouping.bounds.max, groups.length, wanted.max)
  let best: readonly schedule.Feasible[] = []
  for (let count = grouping.bounds.min; count <= most; count++) {
    const chosen = pick(groups, count, { need: wanted.min, holds: ({ clusters }) => clusters.length })
    const clusters = selectWithin(chosen, asked, grouping, wanted.max, measure)
    if (clusters.length >= wanted.min && suffices(clusters, measure)) return { clusters }
    if (best.length < wanted.min) best = clusters
  }
  if (best.length >= wanted.min) return { clusters: best }
  const wish = `${counted(wanted.min, 'cluster')} in no more than ${grouping.counted(most)}`
  return { unfit: `${spreadsOver(wish)}; feasible: ${best.length}`, resolvedBy }
}

export const selectionByGroup = definePlugin({
  name: 'select-by-group',
  extensions: () => [on(schedule.select, selectByGroup)],
})
