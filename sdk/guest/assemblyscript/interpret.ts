// Generated from the schema of the guest points. Do not edit.

/*
 * A guest answers the points it exports a function for, without arguments, with an i32:
 *
 * - `interpretReplicas`: interpret.replicas
 * - `interpretComponents`: interpret.components
 * - `interpretReviseReplicas`: interpret.reviseReplicas
 * - `interpretRetain`: interpret.retain
 * - `interpretStatus`: interpret.status
 * - `interpretHealth`: interpret.health
 * - `interpretAggregate`: interpret.aggregate
 * - `interpretDependencies`: interpret.dependencies
 */

import { JSON } from 'json-as'

/** An object that a question is about. */
@json
export class Template {
  /** Any Kubernetes object. */
  manifest: JSON.Obj = new JSON.Obj()
}

/** What one replica needs. */
@json
export class ReplicaRequirements {
  /** What its node must be like. */
  @omitnull()
  nodeClaim: JSON.Obj | null = null
  /** What one replica asks for. */
  @omitnull()
  resourceRequest: Map<string, JSON.Value> | null = null
  /** Priority class of its pods. */
  @omitnull()
  priorityClassName: string | null = null
  /** Namespace of the template, whose quotas count. */
  @omitnull()
  namespace: string | null = null
}

/** How many replicas a workload wants, and what one needs. */
@json
export class Needs {
  /** How many replicas it wants. */
  replicas: i32 = 0
  /** What one replica needs. */
  @omitnull()
  requirements: ReplicaRequirements | null = null
}

/** What one of them needs. */
@json
export class ComponentReplicaRequirements {
  /** What its node must be like. */
  @omitnull()
  nodeClaim: JSON.Obj | null = null
  /** What one replica asks for. */
  @omitnull()
  resourceRequest: Map<string, JSON.Value> | null = null
  /** Priority class of its pods. */
  @omitnull()
  priorityClassName: string | null = null
}

/** One of several pod templates. */
@json
export class Component {
  /** Name of the component. */
  name: string = ''
  /** How many replicas it wants. */
  replicas: i32 = 0
  /** What one of them needs. */
  @omitnull()
  replicaRequirements: ComponentReplicaRequirements | null = null
}

/** An object, and how many replicas it shall have. */
@json
export class Revision {
  /** Any Kubernetes object. */
  manifest: JSON.Obj = new JSON.Obj()
  /** So many. */
  replicas: i32 = 0
}

/** What a member shall hold, and what it holds. */
@json
export class Retention {
  /** What Flotilla wants the member to hold. */
  desired: JSON.Obj = new JSON.Obj()
  /** What the member holds. */
  observed: JSON.Obj = new JSON.Obj()
}

/** What of an object is worth collecting; without status: nothing. */
@json
export class Reflection {
  /** The status to collect. */
  @omitnull()
  status: JSON.Value | null = null
}

/** What one cluster says of the object. */
@json
export class StatusItem {
  /** The cluster. */
  clusterName: string = ''
  /** What was collected of the status there. */
  @omitnull()
  status: JSON.Value | null = null
  /** Whether the cluster has what it should. */
  @omitnull()
  applied: JSON.Box<bool> | null = null
  /** Why it has not. */
  @omitnull()
  appliedMessage: string | null = null
  /** Whether the object does what it is for. */
  @omitnull()
  health: string | null = null
}

/** An object, and what clusters say of it. */
@json
export class Aggregation {
  /** The object as the user wrote it. */
  template: JSON.Obj = new JSON.Obj()
  /** What each cluster says. */
  items: StatusItem[] = []
}

/** An object that a workload cannot run without, by name or by labels. */
@json
export class Dependency {
  /** Its version. */
  apiVersion: string = ''
  /** Its kind. */
  kind: string = ''
  /** Its namespace. */
  @omitnull()
  namespace: string | null = null
  /** Its name. It wins over labelSelector. */
  @omitnull()
  name: string | null = null
  /** Its labels. */
  @omitnull()
  labelSelector: JSON.Obj | null = null
}
