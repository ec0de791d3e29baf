import { componentSchema, healthSchema, replicaRequirementsSchema, targetClusterSchema } from '../../api/binding.ts'
import { labelSelectorSchema } from '../../api/kubernetes.ts'
import { overridersSchema } from '../../api/override-policy.ts'
import { placementSchema } from '../../api/placement.ts'
import { list, type Schema } from '../../schema.ts'
import type { GuestPoint } from '../points.ts'
import { admissionSchema, denialSchema } from './admit.ts'
import {
  aggregationSchema,
  dependencySchema,
  needsSchema,
  reflectionSchema,
  retentionSchema,
  revisionSchema,
  statusItemSchema,
  templateSchema,
} from './interpret.ts'
import { clusterSchema, manifestSchema, objectMetaSchema } from './manifest.ts'
import { overrideSchema } from './render.ts'
import {
  assignmentSchema,
  bindingSchema,
  candidatesSchema,
  estimatesSchema,
  feasibilitySchema,
  feasibleSchema,
  refusalSchema,
  refusalsSchema,
  scoresSchema,
  selectionSchema,
} from './schedule.ts'

/** What a guest is given at a point, and what it may give back. `null` is no opinion, at every point. */
export interface Exchanged {
  readonly description: string
  readonly argument: Schema
  readonly answer: Schema
}

/** The JSON that crosses into sandboxes and back, point by point: bindings in all languages are made from it. */
export const guestSchemas: Readonly<Record<GuestPoint['id'], Exchanged>> = {
  'interpret.replicas': {
    description: 'How many replicas a workload wants, and what one of them needs. No opinion: not a workload.',
    argument: templateSchema,
    answer: needsSchema,
  },
  'interpret.components': {
    description: 'The pod templates of a workload that has several.',
    argument: templateSchema,
    answer: list('Its pod templates.', componentSchema),
  },
  'interpret.reviseReplicas': {
    description: 'The object with another number of replicas.',
    argument: revisionSchema,
    answer: manifestSchema,
  },
  'interpret.retain': {
    description: 'The desired object with the fields that belong to the member.',
    argument: retentionSchema,
    answer: manifestSchema,
  },
  'interpret.status': {
    description: "What of a member's object is worth collecting. No opinion: its whole status.",
    argument: templateSchema,
    answer: reflectionSchema,
  },
  'interpret.health': {
    description: "Whether a member's object does what it is for.",
    argument: templateSchema,
    answer: healthSchema,
  },
  'interpret.aggregate': {
    description: 'The object with one status made of what all clusters say.',
    argument: aggregationSchema,
    answer: manifestSchema,
  },
  'interpret.dependencies': {
    description: 'What a workload cannot run without.',
    argument: templateSchema,
    answer: list('What it needs.', dependencySchema),
  },
  'schedule.filter': {
    description: 'Which clusters cannot take a binding, and why.',
    argument: candidatesSchema,
    answer: refusalsSchema,
  },
  'schedule.score': {
    description: 'How good each cluster is for a binding.',
    argument: candidatesSchema,
    answer: scoresSchema,
  },
  'schedule.estimate': {
    description: 'How many more replicas of a binding each cluster could take.',
    argument: candidatesSchema,
    answer: estimatesSchema,
  },
  'schedule.select': {
    description: 'Which of the clusters that passed to use. No opinion: all.',
    argument: feasibilitySchema,
    answer: selectionSchema,
  },
  'schedule.assign': {
    description: 'How many replicas each selected cluster gets.',
    argument: feasibilitySchema,
    answer: assignmentSchema,
  },
  'render.override': {
    description: 'The object as a rule of an override policy wants it for a cluster.',
    argument: overrideSchema,
    answer: manifestSchema,
  },
  'admit.mutate': {
    description: 'The object that is written, instead of the one that was sent.',
    argument: admissionSchema,
    answer: manifestSchema,
  },
  'admit.refuse': {
    description: 'Why an object must not be written.',
    argument: admissionSchema,
    answer: denialSchema,
  },
}

/** What the types are called, in every language.  */
export const guestTypes: Readonly<Record<string, Schema>> = {
  ObjectMeta: objectMetaSchema,
  Manifest: manifestSchema,
  LabelSelector: labelSelectorSchema('Objects by their labels.'),
  Template: templateSchema,
  ReplicaRequirements: replicaRequirementsSchema,
  Needs: needsSchema,
  Component: componentSchema,
  Revision: revisionSchema,
  Retention: retentionSchema,
  Reflection: reflectionSchema,
  Health: healthSchema,
  StatusItem: statusItemSchema,
  Aggregation: aggregationSchema,
  Dependency: dependencySchema,
  Placement: placementSchema('Where a template may go.'),
  TargetCluster: targetClusterSchema,
  Binding: bindingSchema,
  Cluster: clusterSchema,
  Candidates: candidatesSchema,
  Refusal: refusalSchema,
  Refusals: refusalsSchema,
  Scores: scoresSchema,
  Estimates: estimatesSchema,
  Feasible: feasibleSchema,
  Feasibility: feasibilitySchema,
  Selection: selectionSchema,
  Assignment: assignmentSchema,
  Overriders: overridersSchema,
  Override: overrideSchema,
  Admission: admissionSchema,
  Denial: denialSchema,
}

/** What nested types are called that would else be called after where they first stand: `BindingSpecResource`. */
export const nestedTypes: Readonly<Record<string, string>> = {
  'ObjectMeta.ownerReferences': 'OwnerReference',
  'LabelSelector.matchExpressions': 'LabelSelectorRequirement',
  'ReplicaRequirements.nodeClaim': 'NodeClaim',
  'NodeSelector.nodeSelectorTerms': 'NodeSelectorTerm',
  'NodeClaim.hardNodeAffinity': 'NodeSelector',
  'NodeClaim.tolerations': 'Toleration',
  'Placement.clusterAffinity': 'ClusterAffinity',
  'ClusterAffinity.fieldSelector': 'FieldSelector',
  'Placement.clusterAffinities': 'ClusterAffinityTerm',
  'ClusterAffinityTerm.overflowAffinities': 'OverflowClusterAffinity',
  'Placement.spreadConstraints': 'SpreadConstraint',
  'Placement.replicaScheduling': 'ReplicaScheduling',
  'ReplicaScheduling.weightPreference': 'WeightPreference',
  'WeightPreference.staticWeightList': 'StaticWeight',
  'Placement.workloadAffinity': 'WorkloadAffinity',
  'WorkloadAffinity.affinity': 'AffinityGroup',
  'TargetCluster.components': 'ComponentShare',
  'BindingSpec.resource': 'ObjectReference',
  'BindingSpec.gracefulEvictionTasks': 'GracefulEvictionTask',
  'BindingSpec.requiredBy': 'BindingSnapshot',
  'BindingSpec.failover': 'Failover',
  'BindingSpec.suspension': 'Suspension',
  'BindingSpec.schedulePriority': 'SchedulePriority',
  'BindingSpec.workloadAffinityGroups': 'WorkloadAffinityGroups',
  'BindingStatus.conditions': 'Condition',
  'BindingStatus.aggregatedStatus': 'CollectedStatus',
  'ClusterSpec.taints': 'Taint',
  'ClusterSpec.resourceModels': 'ResourceModel',
  'ResourceModel.ranges': 'ResourceRange',
  'ClusterStatus.nodeSummary': 'NodeSummary',
  'ClusterStatus.resourceSummary': 'ResourceSummary',
  'ResourceSummary.allocatableModelings': 'ModeledNodes',
  'Overriders.imageOverrider': 'ImageOverrider',
  'Overriders.commandOverrider': 'CommandOverrider',
  'Overriders.labelsOverrider': 'MapOverrider',
  'Overriders.fieldOverrider': 'FieldOverrider',
  'FieldOverrider.json': 'EmbeddedPatch',
  'Overriders.plaintext': 'PlaintextOverrider',
  'Admission.key': 'Key',
  'Denial.causes': 'Cause',
}
