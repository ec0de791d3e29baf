import { dividesByAvailability, type schedule } from '@flotilla/sdk'
import type { Measure } from './pick.ts'

/** How many replicas of the binding a cluster could have in all. Where nobody could estimate, all of them. */
export const roomOf = ({ estimate, assigned }: schedule.Feasible, replicas: number): number =>
  (estimate ?? replicas) + assigned

/** What a selection has to hold: all replicas, when what clusters can take decides; else nothing. */
export function replicaMeasure({ binding, placement }: schedule.Feasibility): Measure<schedule.Feasible> {
  const { replicas = 0 } = binding.spec
  return { need: dividesByAvailability(placement) ? replicas : 0, holds: (feasible) => roomOf(feasible, replicas) }
}
