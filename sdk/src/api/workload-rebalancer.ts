import type { Definition } from '../crd.ts'
import type { Kind, Reference } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { int32, int64, list, object, required, type Schema, text, time } from '../schema.ts'

/** What became of one workload. */
export interface ObservedWorkload {
  readonly workload: Reference
  readonly result?: 'Successful' | 'Failed'
  readonly reason?: 'ReferencedBindingNotFound'
}

export interface WorkloadRebalancerSpec {
  readonly workloads: readonly Reference[]
  /** By default it stays. */
  readonly ttlSecondsAfterFinished?: number
}

export interface WorkloadRebalancerStatus {
  readonly observedWorkloads?: readonly ObservedWorkload[]
  readonly observedGeneration?: number
  readonly finishTime?: string
}

/** Schedules workloads afresh, once. */
export interface WorkloadRebalancer extends Manifest {
  readonly spec: WorkloadRebalancerSpec
  readonly status?: WorkloadRebalancerStatus
}

export const workloadRebalancerKind: Kind<WorkloadRebalancer> = {
  apiVersion: 'apps.karmada.io/v1alpha1',
  kind: 'WorkloadRebalancer',
  plural: 'workloadrebalancers',
  scope: 'Cluster',
}

const referenceSchema: Schema = object<Reference>('A workload.', {
  apiVersion: required(text('Version of the workload.')),
  kind: required(text('Kind of the workload.')),
  namespace: text('Namespace of the workload.'),
  name: required(text('Name of the workload.')),
})

const specSchema = object<WorkloadRebalancerSpec>('What to schedule afresh.', {
  workloads: required(list('The workloads.', referenceSchema, { minItems: 1 })),
  ttlSecondsAfterFinished: int32('How long this object stays when all is done; unset is for good.'),
})

const statusSchema = object<WorkloadRebalancerStatus>('What became of it.', {
  observedWorkloads: list(
    'What became of each workload.',
    object<ObservedWorkload>('What became of one workload.', {
      workload: required(referenceSchema),
      result: text('Successful or Failed.'),
      reason: text('Why it failed: ReferencedBindingNotFound.'),
    }),
  ),
  observedGeneration: int64('Generation this was said about.'),
  finishTime: time('When all was done.'),
})

export const workloadRebalancerDefinition: Definition = {
  kind: workloadRebalancerKind,
  description: 'Schedules workloads afresh, once.',
  fields: { spec: required(specSchema), status: statusSchema },
  status: true,
}
