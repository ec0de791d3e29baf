import { type schedule, strategyOf } from '@flotilla/sdk'
import { enrich, inRank, type Measure } from './pick.ts'
import { roomOf } from './room.ts'
import { type Bounds, clusterBounds, type Grouping } from './spread.ts'

/** A region, say: its clusters that would do, best first, and how good it is for this binding. */
export interface Group {
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
export function rankGroups(
  { binding, placement, clusters }: schedule.Feasibility,
  { groupsOf, bounds }: Grouping,
): Group[] {
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

/** What a cluster has to be in, in words that tell groups of several groupings apart. */
export type Marks = (feasible: schedule.Feasible) => readonly string[]

/** Those that lead, then the best of all others, up to the bound; roomier ones if need be, but none that only one is in is left. */
export function filled(
  inside: readonly schedule.Feasible[],
  leaders: ReadonlySet<schedule.Feasible>,
  marksOf: Marks,
  most: number,
  measure: Measure<schedule.Feasible>,
): readonly schedule.Feasible[] {
  const others = inside.filter((feasible) => !leaders.has(feasible))
  const free = Math.max(0, most - leaders.size)
  const standIns = (chosen: schedule.Feasible, all: readonly schedule.Feasible[]) => {
    const others = new Set(all.flatMap((each) => (each === chosen ? [] : marksOf(each))))
    const alone = marksOf(chosen).filter((mark) => !others.has(mark))
    return (item: schedule.Feasible): boolean => alone.every((mark) => marksOf(item).includes(mark))
  }
  const chosen = enrich([...leaders, ...others.slice(0, free)], others.slice(free), { ...measure, standIns })
  return inRank(inside, chosen)
}

/** What groups are made of. */
export const resolvedBy = ['labels', 'spec'] as const

export const anyNumber: Bounds = { min: 1, max: Number.POSITIVE_INFINITY }

export const spreadsOver = (what: string): string => `the placement spreads over at least ${what}`
