import type { Binding, Component, TargetCluster } from '../api/binding.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Placement } from '../api/placement.ts'
import type { Claimant } from '../divide.ts'
import { point } from '../point.ts'
import type { Hope } from '../resolvers.ts'
import { first, least, type PerCluster, refusals, total } from '../rules.ts'
import { wrongAssignment, wrongEstimates, wrongRefusals, wrongScores, wrongSelection } from './schedule-answers.ts'

/** A workload that was given to a cluster and may not run there yet: the room it will take is not counted as taken. */
export interface AssumedWorkload {
  readonly namespace?: string
  /** Replicas by pod template; a workload with one number of replicas is one component. */
  readonly components: readonly Component[]
}

/** A binding and the clusters in question. The snapshot is the same for the whole cycle. */
export interface Candidates {
  readonly binding: Binding
  readonly placement: Placement
  /** The name of the `clusterAffinities` term being tried, when the placement has terms. */
  readonly affinityName?: string
  readonly clusters: readonly Cluster[]
  /** Others of the same workload affinity groups, just placed: they count as they are here, not as a store still shows them. */
  readonly assigning?: readonly Binding[]
  /** What is still to come to clusters, where that is kept in mind (`overcommitProtection`). Only estimates look at it. */
  readonly assumed?: PerCluster<readonly AssumedWorkload[]>
}

/** Why a cluster cannot take a binding, in words its operator can act on. */
export interface Refusal extends Hope {
  readonly reason: string
  /** Whether the answer may change without a change anyone can see: then it is asked again after a few minutes, too. */
  readonly resolvable: boolean
}

/** A cluster that passed every filter. */
export interface Feasible {
  readonly cluster: Cluster
  readonly score: number
  /** Replicas the cluster could take beyond those it has of this binding; undefined: nobody could say. */
  readonly estimate?: number
  /** Replicas of this binding the cluster has now. */
  readonly assigned: number
  /** 0: the term's own affinity; i + 1: its i-th overflow affinity. */
  readonly overflow: number
}

export interface Feasibility {
  readonly binding: Binding
  readonly placement: Placement
  /** Best first: overflow tier, score, available replicas, name. */
  readonly clusters: readonly Feasible[]
  /** Whether a full reschedule was asked for: what is assigned now does not bind. */
  readonly fresh: boolean
}

/** The clusters to use, or why there are too few. */
export type Selection = { readonly clusters: readonly Feasible[] } | ({ readonly unfit: string } & Hope)

/** Who gets how many, or why it does not work out. */
export type Assignment =
  | {
      readonly targets: readonly TargetCluster[]
      /** What replicas were given in proportion to, where that is not the estimates: for who asks why. */
      readonly weights?: readonly Pick<Claimant, 'name' | 'weight'>[]
    }
  | ({ readonly unschedulable: string } & Hope)

/** Asked once in each attempt, about all clusters that are not terminating. */
export const filter = point('schedule.filter', refusals<Candidates, Refusal>, wrongRefusals)

/** Asked about the clusters that passed. Each plugin scores 0 to 100. */
export const score = point('schedule.score', total<Candidates>, wrongScores)

/** Asked about the clusters that passed, when replicas are to be divided: how many more each could take. */
export const estimate = point('schedule.estimate', least<Candidates>, wrongEstimates)

/** Which of the clusters that passed to use. No answer: all. */
export const select = point('schedule.select', first<Feasibility, Selection>, wrongSelection)

/** How many replicas each selected cluster gets. No answer: the cluster without a number. */
export const assign = point('schedule.assign', first<Feasibility, Assignment>, wrongAssignment)

export type { PerCluster }
