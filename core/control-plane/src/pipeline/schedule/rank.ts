import {
  type Ask,
  type Cluster,
  dividesByAvailability,
  isPlacedAsSet,
  isWorkload,
  lasting,
  type PerCluster,
  schedule as points,
  remembered,
  type TargetCluster,
} from '@flotilla/sdk'
import { type Term, tierOf } from './term.ts'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byRank =
  (replicas: number) =>
  (a: points.Feasible, b: points.Feasible): number =>
    a.overflow - b.overflow ||
    b.score - a.score ||
    (b.estimate ?? replicas) + b.assigned - ((a.estimate ?? replicas) + a.assigned) ||
    compare(a.cluster.metadata.name, b.cluster.metadata.name)

/** What plugins say of clusters. */
interface Said {
  readonly scores: PerCluster<number>
  readonly estimates: PerCluster<number>
}

const nothing: PerCluster<never> = {}

/** What is said of a cluster. By own names: a cluster may be called `constructor`. */
const wordOn = (said: PerCluster<number>, name: string): number | undefined =>
  Object.hasOwn(said, name) ? said[name] : undefined

function feasible(
  term: Term,
  { binding, clusters }: points.Candidates,
  { scores, estimates }: Said,
): readonly points.Feasible[] {
  const { replicas = 0, clusters: targets = [] } = binding.spec
  const assigned = new Map(targets.map((target: TargetCluster) => [target.name, target.replicas ?? 0]))
  const all = clusters.map((cluster: Cluster): points.Feasible => {
    const { name } = cluster.metadata
    return {
      cluster,
      score: wordOn(scores, name) ?? 0,
      estimate: wordOn(estimates, name),
      assigned: assigned.get(name) ?? 0,
      overflow: tierOf(term, cluster),
    }
  })
  return all.sort(byRank(replicas))
}

const isNothing = (said: PerCluster<number>): boolean => {
  for (const _ in said) return false
  return true
}

const alike = remembered<readonly Cluster[], readonly points.Feasible[]>()

/** What is known of the clusters that passed, the best first. */
export async function rank(ask: Ask, term: Term, candidates: points.Candidates): Promise<readonly points.Feasible[]> {
  const { binding, placement, clusters } = candidates
  const scores = await ask(points.score, candidates)
  const counts =
    isPlacedAsSet(binding.spec, placement) || (isWorkload(binding.spec) && dividesByAvailability(placement))
  const estimates = counts ? await ask(points.estimate, candidates) : nothing
  const inOrder = () => feasible(term, candidates, { scores, estimates })
  const isSingular = (binding.spec.clusters?.length ?? 0) > 0 || !isNothing(scores) || !isNothing(estimates)
  if (isSingular) return inOrder()
  // Where nothing speaks for or against a cluster, all bindings of such terms rank them the same.
  return alike(clusters, JSON.stringify(term.tiers), () => lasting(inOrder().map((each) => Object.freeze(each))))
}
