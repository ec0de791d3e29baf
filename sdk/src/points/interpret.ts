import type { AggregatedStatusItem, Component, Health, ReplicaRequirements } from '../api/binding.ts'
import type { Json, LabelSelector, Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { first } from '../rules.ts'
import {
  wrongAggregate,
  wrongComponents,
  wrongDependencies,
  wrongHealth,
  wrongNeeds,
  wrongReflection,
  wrongRetention,
  wrongRevision,
} from './interpret-answers.ts'

export interface Template {
  readonly manifest: Manifest
}

/** How many replicas a workload wants, and what one needs. */
export interface Needs {
  readonly replicas: number
  readonly requirements?: ReplicaRequirements
}

export interface Revision {
  readonly manifest: Manifest
  readonly replicas: number
}

export interface Retention {
  /** What Flotilla wants the member to hold. */
  readonly desired: Manifest
  /** What the member holds. */
  readonly observed: Manifest
}

/** What of an observed object is worth collecting. Without `status`: nothing. */
export interface Reflection {
  readonly status?: Json
}

export interface Aggregation {
  readonly template: Manifest
  readonly items: readonly AggregatedStatusItem[]
}

/** An object a workload cannot run without. Either `name` or `labelSelector` is set; the name wins. */
export interface Dependency {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name?: string
  readonly labelSelector?: LabelSelector
}

const manifestOf = ({ manifest }: Template): Manifest => manifest
const desiredOf = ({ desired }: Retention): Manifest => desired
const templateOf = ({ template }: Aggregation): Manifest => template

/** Asked while binding. No answer: not a workload. */
export const replicas = point('interpret.replicas', first<Template, Needs>, wrongNeeds, manifestOf)

/** Asked while binding, before `interpret.replicas`: a workload of several pod templates. */
export const components = point(
  'interpret.components',
  first<Template, readonly Component[]>,
  wrongComponents,
  manifestOf,
)

/** Asked while binding, when the policy propagates dependencies. */
export const dependencies = point(
  'interpret.dependencies',
  first<Template, readonly Dependency[]>,
  wrongDependencies,
  manifestOf,
)

/** Asked while rendering: the manifest with this many replicas. */
export const reviseReplicas = point('interpret.reviseReplicas', first<Revision, Manifest>, wrongRevision, manifestOf)

/** Asked before an update of a member: the desired manifest with the fields that belong to the member. */
export const retain = point('interpret.retain', first<Retention, Manifest>, wrongRetention, desiredOf)

/** Asked when a member's object changed. No answer: its whole `.status`. */
export const status = point('interpret.status', first<Template, Reflection>, wrongReflection, manifestOf)

/** Asked when a member's object changed. No answer: `Healthy`. */
export const health = point('interpret.health', first<Template, Health>, wrongHealth, manifestOf)

/** Asked when what members say changed: the template with a new `.status`. No answer: its status is left alone. */
export const aggregate = point('interpret.aggregate', first<Aggregation, Manifest>, wrongAggregate, templateOf)
