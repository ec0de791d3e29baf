import type { schedule } from '@flotilla/sdk'
import { filled, type Marks, rankGroups, resolvedBy, spreadsOver } from './groups.ts'
import { suffices } from './pick.ts'
import { replicaMeasure } from './room.ts'
import type { Bounds, Grouping } from './spread.ts'

/** So many of them, those that come first before others. */
function* combinations<T>(items: readonly T[], count: number, from = 0): Generator<readonly T[]> {
  if (count === 0) return yield []
  for (let i = from; i <= items.length - count; i++)
    for (const rest of combinations(items, count - 1, i + 1)) yield [items[i] as T, ...rest] // i is within
}

/** Clusters that are in chosen groups of every grouping, and those groups: one mark each. */
interface Region {
  readonly clusters: readonly schedule.Feasible[]
  readonly marks: ReadonlySet<string>
}

/** Of choices that lead nowhere so many are looked at, each as often as it has clusters: that takes a fraction of a second. */
const mostLooks = 50_000

/** The marks of a cluster by one grouping, made once. */
function marking({ property, groupsOf }: Grouping): Marks {
  const known = new Map<schedule.Feasible, readonly string[]>()
  return (feasible) => {
    const marks = known.get(feasible) ?? groupsOf(feasible.cluster).map((name) => `${property}=${name}`)
    known.set(feasible, marks)
    return marks
  }
}

interface Level {
  readonly grouping: Grouping
  readonly marksOf: Marks
}

const covers = (clusters: readonly schedule.Feasible[], marks: ReadonlySet<string>, marksOf: Marks): boolean =>
  new Set(clusters.flatMap(marksOf)).isSupersetOf(marks)

/** The choices of groups of all groupings, the best first: within the best of one those of the next. */
function* regionsOf(
  asked: schedule.Feasibility,
  [level, ...rest]: readonly Level[],
  within: Region,
  looks: { left: number },
): Generator<Region> {
  if (!level) return yield within
  const { grouping, marksOf } = level
  const groups = rankGroups({ ...asked, clusters: within.clusters }, grouping)
  const most = Math.min(grouping.bounds.max, groups.length)
  for (let size = grouping.bounds.min; size <= most; size++)
    for (const chosen of combinations(groups, size)) {
      looks.left -= within.clusters.length
      if (looks.left < 0) return
      const names = new Set(chosen.map(({ name }) => `${grouping.property}=${name}`))
      const clusters = within.clusters.filter((feasible) => marksOf(feasible).every((mark) => names.has(mark)))
      yield* regionsOf(asked, rest, { clusters, marks: within.marks.union(names) }, looks)
    }
}

/** As few clusters as lead into all of the groups: each the one that is in most of those that are left. */
function leadersOf({ clusters, marks }: Region, marksOf: Marks): ReadonlySet<schedule.Feasible> {
  const leaders = new Set<schedule.Feasible>()
  const left = new Set(marks)
  while (left.size > 0) {
    const gain = (feasible: schedule.Feasible) => marksOf(feasible).filter((mark) => left.has(mark)).length
    const best = clusters.reduce((a, b) => (gain(b) > gain(a) ? b : a))
    leaders.add(best)
    for (const mark of marksOf(best)) left.delete(mark)
  }
  return leaders
}

/** Clusters that keep the bounds of several groupings at once. */
export function selectByGroups(
  asked: schedule.Feasibility,
  groupings: readonly Grouping[],
  wanted: Bounds,
): schedule.Selection {
  const levels = groupings.map((grouping): Level => ({ grouping, marksOf: marking(grouping) }))
  const marksOf: Marks = (feasible) => levels.flatMap((level) => level.marksOf(feasible))
  const measure = replicaMeasure(asked)
  let best: readonly schedule.Feasible[] | undefined
  const all = { clusters: asked.clusters, marks: new Set<string>() }
  for (const region of regionsOf(asked, levels, all, { left: mostLooks })) {
    if (!covers(region.clusters, region.marks, marksOf)) continue
    const leaders = leadersOf(region, marksOf)
    if (leaders.size > wanted.max) continue
    const clusters = filled(region.clusters, leaders, marksOf, wanted.max, measure)
    if (clusters.length < wanted.min) continue
    if (suffices(clusters, measure)) return { clusters }
    best ??= clusters
  }
  if (best) return { clusters: best }
  const wish = groupings.map(({ bounds, counted }) => counted(bounds.min)).join(' and ')
  return { unfit: `${spreadsOver(wish)} at once; no clusters were found that do`, resolvedBy }
}
