import { type Binding, dividesByAvailability, hasReplicas, isPlacedAsSet, type schedule } from '@flotilla/sdk'
import type { Measure } from './pick.ts'

/** How many replicas of the binding a cluster could have in all. Where nobody could estimate, all of them. */
export const roomOf = ({ estimate, assigned }: schedule.Feasible, replicas: number): number =>
  (estimate ?? replicas) + assigned

/** One set of components; the cluster they are in has room for them. */
function setMeasure({ spec: { clusters = [] } }: Binding): Measure<schedule.Feasible> {
  const here = new Set(clusters.map(({ name }) => name))
  return {
    need: 1,
    holds: ({ cluster, estimate = 1 }) => (here.has(cluster.metadata.name) ? 1 : Math.min(estimate, 1)),
  }
}

/** What a selection has to hold: all replicas, when what clusters can take decides; else nothing. */
export function replicaMeasure({ binding, placement }: schedule.Feasibility): Measure<schedule.Feasible> {
  if (!hasReplicas(binding.spec) && isPlacedAsSet(binding.spec, placement)) return setMeasure(binding)
  const { replicas = 0 } = binding.spec
  return { need: dividesByAvailability(placement) ? replicas : 0, holds: (feasible) => roomOf(feasible, replicas) }
}
