// Generated from the schema of the guest points. Do not edit.

/*
 * A guest answers the points it exports a function for, without arguments, with an i32:
 *
 * - `scheduleFilter`: schedule.filter
 * - `scheduleScore`: schedule.score
 * - `scheduleEstimate`: schedule.estimate
 * - `scheduleSelect`: schedule.select
 * - `scheduleAssign`: schedule.assign
 */

import { JSON } from 'json-as'

/** Share of one component. */
@json
export class ComponentShare {
  /** Name of the component. */
  name: string = ''
  /** How many replicas. */
  replicas: i32 = 0
}

/** A cluster, and its share. */
@json
export class TargetCluster {
  /** Name of the cluster. */
  name: string = ''
  /** How many replicas it gets. */
  @omitnull()
  replicas: JSON.Box<i32> | null = null
  /** How many replicas of each component it gets. */
  @omitnull()
  components: ComponentShare[] | null = null
}

/** A binding, and the clusters in question. */
@json
export class Candidates {
  /** Which question it is. */
  point: string = ''
  /** The decision about one template. */
  binding: JSON.Obj = new JSON.Obj()
  /** Where it may go. */
  placement: JSON.Obj = new JSON.Obj()
  /** Name of the term of clusterAffinities that is being tried, where there are some. */
  @omitnull()
  affinityName: string | null = null
  /** The clusters. One that is not in the answer is one without an opinion. */
  clusters: JSON.Obj[] = []
}

/** Why a cluster cannot take a binding. */
@json
export class Refusal {
  /** Why, in words its operator can act on. */
  reason: string = ''
  /** Whether the answer may change without a change anyone can see. */
  resolvable: bool = false
  /** What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster. */
  @omitnull()
  resolvedBy: string[] | null = null
}

/** A cluster that passed every filter. */
@json
export class Feasible {
  /** A member cluster: what it is like, not how it is reached. */
  cluster: JSON.Obj = new JSON.Obj()
  /** The sum of its scores. */
  score: f64 = 0
  /** Replicas it could take beyond those it has; unset: nobody could say. */
  @omitnull()
  estimate: JSON.Box<i32> | null = null
  /** Replicas of this binding it has now. */
  assigned: i32 = 0
  /** 0: the term's own affinity; i + 1: its i-th overflow affinity. */
  overflow: i64 = 0
}

/** A binding, and the clusters that passed. */
@json
export class Feasibility {
  /** Which question it is. */
  point: string = ''
  /** The decision about one template. */
  binding: JSON.Obj = new JSON.Obj()
  /** Where it may go. */
  placement: JSON.Obj = new JSON.Obj()
  /** Clusters that passed, the best first. */
  clusters: Feasible[] = []
  /** Whether a full reschedule was asked for: what is assigned now does not bind. */
  fresh: bool = false
}

/** The clusters to use, or why there are too few. */
@json
export class Selection {
  /** Names of the clusters to use. */
  @omitnull()
  clusters: string[] | null = null
  /** Why there are too few, in words a user can act on. */
  @omitnull()
  unfit: string | null = null
  /** What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster. */
  @omitnull()
  resolvedBy: string[] | null = null
}

/** A cluster and its weight. */
@json
export class AssignmentWeight {
  /** Name of the cluster. */
  name: string = ''
  /** Its weight. */
  weight: f64 = 0
}

/** Who gets how many, or why it does not work out. */
@json
export class Assignment {
  /** The clusters, and their shares. */
  @omitnull()
  targets: TargetCluster[] | null = null
  /** What replicas were given in proportion to, for who asks why. */
  @omitnull()
  weights: AssignmentWeight[] | null = null
  /** Why it does not work out, in words a user can act on. */
  @omitnull()
  unschedulable: string | null = null
  /** What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster. */
  @omitnull()
  resolvedBy: string[] | null = null
}
