import { divide, type Share, type schedule } from '@flotilla/sdk'
import { targetsOf } from './shares.ts'

/** A cluster, in replicas of one workload. */
export interface Candidate {
  readonly name: string
  /** What it has and would keep. */
  readonly assigned: number
  /** What it could take beyond that. */
  readonly capacity: number
}

/** Someone who takes part when replicas are given out. */
export interface Bidder extends Candidate {
  readonly weight: number
}

/** Who takes part when so many replicas are to be given. */
export type Choice = (bidders: readonly Bidder[], replicas: number) => readonly Bidder[]

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Afresh, what a cluster has now is room like any other. Where nobody could estimate, all replicas may fit. */
function candidateOf({ cluster, assigned, estimate }: schedule.Feasible, replicas: number, fresh: boolean): Candidate {
  const { name } = cluster.metadata
  const capacity = estimate ?? replicas
  return fresh ? { name, assigned: 0, capacity: capacity + assigned } : { name, assigned, capacity }
}

/** The clusters of one affinity after the other: its own, then those it may overflow into. */
function tiersOf({ clusters, fresh }: schedule.Feasibility, replicas: number): readonly (readonly Candidate[])[] {
  const tiers = Map.groupBy(clusters, ({ overflow }) => overflow)
  return [...tiers]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => members.map((member) => candidateOf(member, replicas, fresh)))
}

function give(bidders: readonly Bidder[], replicas: number, choose: Choice, tieBreak?: string): Map<string, number> {
  const chosen = choose(bidders, replicas)
  return new Map(divide(replicas, chosen, tieBreak).map(({ name, seats }) => [name, seats]))
}

/**
 * So many replicas among clusters, such that little moves: when there are more than now, the difference goes where there
 * is capacity; when there are fewer, all are given anew in proportion to what each has.
 */
function share(
  candidates: readonly Candidate[],
  replicas: number,
  choose: Choice,
  tieBreak?: string,
): readonly Share[] {
  const more = replicas - sum(candidates.map(({ assigned }) => assigned))
  const anew = more < 0
  const bidders = candidates.map((each) => ({ ...each, weight: anew ? each.assigned : each.capacity }))
  const given = give(bidders, anew ? replicas : more, choose, tieBreak)
  return bidders.map(({ name, assigned }) => ({ name, seats: (anew ? 0 : assigned) + (given.get(name) ?? 0) }))
}

const byName = (a: Share, b: Share): number => (a.name < b.name ? -1 : 1)

/**
 * Replicas by what clusters can take. Each tier is filled before the next one gets any, so a workload that shrinks leaves
 * the last one first.
 */
export function assignByAvailability(asked: schedule.Feasibility, choose: Choice): schedule.Assignment {
  const { replicas = 0, resource } = asked.binding.spec
  const tiers = tiersOf(asked, replicas)
  const shares: Share[] = []
  let left = replicas
  for (const candidates of tiers) {
    const part = Math.min(left, sum(candidates.map(({ assigned, capacity }) => assigned + capacity)))
    shares.push(...share(candidates, part, choose, resource.uid))
    left -= part
  }
  if (left > 0) {
    const available = sum(tiers.flat().map(({ capacity }) => capacity))
    return {
      unschedulable: `Clusters available replicas ${available} are not enough to schedule.`,
      resolvedBy: ['room', 'quota'],
    }
  }
  return { targets: targetsOf(asked, shares.sort(byName)) }
}
