import { definePlugin, on, schedule, strategyOf } from '@flotilla/sdk'
import { enrich, inRank, type Measure, pick, suffices } from './pick.ts'
import { replicaMeasure, roomOf } from './room.ts'
import { type Bounds, clusterBounds, counted, type Grouping, groupingsOf, ignoresSpread } from './spread.ts'

/** A region, say: its clusters that would do, best first, and how good it is for this binding. */
interface Group {
  readonly name: string
  readonly clusters: readonly schedule.Feasible[]
  readonly worth: number
}

/** What makes a group good weighs so much more than the scores of its clusters. */
const unit = 1000

const mean = (clusters: readonly schedule.Feasible[]): number =>
  clusters.length === 0 ? 0 : clusters.reduce((sum, { score }) => sum + score, 0) / clusters.length

/** When each cluster gets all replicas: the more clusters of a group can take them, the better. */
function worthOfCopies(clusters: readonly schedule.Feasible[], replicas: number): number {
  const able = clusters.filter((feasible) => roomOf(feasible, replicas) >= replicas)
  return able.length * unit + mean(able)
}

/** What a group is to hold: so many replicas, in so many clusters. */
interface Share {
  readonly replicas: number
  readonly clusters: number
}

/** When replicas are divided: a group is as good as the part of its share that fits into it. */
function worthOfShare(clusters: readonly schedule.Feasible[], replicas: number, wanted: Share): number {
  const share = wanted.replicas
  let room = 0
  let count = 0
  for (const feasible of clusters) {
    if (room >= share && count >= wanted.clusters) break
    room += roomOf(feasible, replicas)
    count++
  }
  return room < share ? room * unit + mean(clusters) : share * unit + mean(clusters.slice(0, Math.max(count, 1)))
}

/** The groups of the clusters, the best first. */
function rankGroups({ binding, placement, clusters }: schedule.Feasibility, { groupsOf, bounds }: Grouping): Group[] {
  const { replicas = 0 } = binding.spec
  const members = new Map<string, schedule.Feasible[]>()
  for (const feasible of clusters) {
    for (const name of groupsOf(feasible.cluster)) {
      const own = members.get(name)
      if (own) own.push(feasible)
      else members.set(name, [feasible])
    }
  }
  const copies = strategyOf(placement) === 'Duplicated'
  const least = Math.max(bounds.min, clusterBounds(placement)?.min ?? 1)
  const share = { replicas: Math.ceil(replicas / bounds.min), clusters: least }
  const worth = (own: readonly schedule.Feasible[]): number =>
    copies ? worthOfCopies(own, replicas) : worthOfShare(own, replicas, share)
  return [...members]
    .map(([name, own]): Group => ({ name, clusters: own, worth: worth(own) }))
    .sort((a, b) => b.worth - a.worth || b.clusters.length - a.clusters.length || (a.name < b.name ? -1 : 1))
}

/** The best cluster of each group, then the best of all others, up to the bound; roomier ones if need be, but no group is left. */
function selectWithin(
  groups: readonly Group[],
  { clusters }: schedule.Feasibility,
  { groupsOf }: Grouping,
  most: number,
  measure: Measure<schedule.Feasible>,
): readonly schedule.Feasible[] {
  const names = new Set(groups.map(({ name }) => name))
  const inside = clusters.filter(({ cluster }) => groupsOf(cluster).some((name) => names.has(name)))
  const leaders = new Set(groups.flatMap((group) => group.clusters.slice(0, 1)))
  const others = inside.filter((feasible) => !leaders.has(feasible))
  const free = Math.max(0, most - leaders.size)
  const own = ({ cluster }: schedule.Feasible) => groupsOf(cluster).filter((name) => names.has(name))
  const standIns = (chosen: schedule.Feasible, all: readonly schedule.Feasible[]) => {
    const others = new Set(all.flatMap((each) => (each === chosen ? [] : own(each))))
    const alone = own(chosen).filter((name) => !others.has(name))
    return (item: schedule.Feasible): boolean => alone.every((name) => groupsOf(item.cluster).includes(name))
  }
  const chosen = enrich([...leaders, ...others.slice(0, free)], others.slice(free), { ...measure, standIns })
  return inRank(clusters, chosen)
}

/** What groups are made of. */
const resolvedBy = ['labels', 'spec'] as const

const anyNumber: Bounds = { min: 1, max: Number.POSITIVE_INFINITY }

const spreadsOver = (what: string): string => `the placement spreads over at least ${what}`

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
  const [grouping] = groupingsOf(placement)
  if (!grouping || ignoresSpread(placement)) return undefined
  const wanted = clusterBounds(placement) ?? anyNumber
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
