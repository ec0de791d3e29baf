import type { Binding } from './api/binding.ts'
import type { Cluster, ClusterSpec, ClusterStatus } from './api/cluster.ts'
import type { Placement } from './api/placement.ts'
import type { ObjectMeta } from './manifest.ts'
import type { Assignment, Feasible, Refusal } from './points/schedule.ts'
import type { Hope } from './resolvers.ts'
import type { PerCluster } from './rules.ts'

/*
 * What a webhook of the scheduler's is asked over HTTP, and answers: a POST of a `SchedulingReview` with a request, answered
 * with one that has a response.
 */

/** The version of the question. Another one is a version of its own. */
export const schedulingReview = {
  apiVersion: 'scheduling.flotilla.dev/v1alpha1',
  kind: 'SchedulingReview',
} as const

/** A cluster, as far as a webhook sees it: neither how it is reached, nor the long list of what it serves. */
export interface ReviewedCluster extends Pick<Cluster, 'apiVersion' | 'kind'> {
  readonly metadata: Pick<ObjectMeta, 'name' | 'uid' | 'labels' | 'annotations'>
  readonly spec: Pick<ClusterSpec, 'syncMode' | 'provider' | 'region' | 'zone' | 'zones' | 'taints' | 'resourceModels'>
  readonly status: Pick<ClusterStatus, 'kubernetesVersion' | 'conditions' | 'nodeSummary' | 'resourceSummary'>
}

/** One that passed the filters. */
export interface ReviewedFeasible extends Omit<Feasible, 'cluster'> {
  readonly cluster: ReviewedCluster
}

interface Question {
  readonly binding: Binding
  readonly placement: Placement
}

/** The question of `schedule.filter`, `schedule.score` or `schedule.estimate`: all clusters in one call. */
export interface CandidatesRequest extends Question {
  readonly point: 'filter' | 'score' | 'estimate'
  readonly affinityName?: string
  readonly clusters: readonly ReviewedCluster[]
}

/** The question of `schedule.select` or `schedule.assign`: the clusters that passed, the best first. */
export interface FeasibilityRequest extends Question {
  readonly point: 'select' | 'assign'
  readonly fresh: boolean
  readonly clusters: readonly ReviewedFeasible[]
}

export type SchedulingRequest = CandidatesRequest | FeasibilityRequest

/** What is answered to each point; null is no opinion. */
export interface SchedulingAnswers {
  readonly filter: PerCluster<Refusal> | null
  readonly score: PerCluster<number> | null
  readonly estimate: PerCluster<number> | null
  /** The names of the clusters to use, or why there are too few. */
  readonly select: { readonly clusters: readonly string[] } | ({ readonly unfit: string } & Hope) | null
  readonly assign: Assignment | null
}

type Review = typeof schedulingReview

/** What is posted. */
export type SchedulingQuestion = Review & { readonly request: SchedulingRequest }

/** What comes back. */
export type SchedulingReply<P extends keyof SchedulingAnswers = keyof SchedulingAnswers> = Review & {
  readonly response: { readonly answer: SchedulingAnswers[P] }
}
