import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { int32, object, required } from '../schema.ts'
import {
  type AutoscalerStatus,
  autoscalerStatusSchema,
  type MetricSpec,
  metricSpecsSchema,
  type ScaleTarget,
  type ScalingBehavior,
  scaleTargetSchema,
  scalingBehaviorSchema,
} from './autoscaling.ts'

export interface FederatedHpaSpec {
  readonly scaleTargetRef: ScaleTarget
  /** By default 1. */
  readonly minReplicas?: number
  readonly maxReplicas: number
  /** By default 80 % of the CPU its pods ask for. */
  readonly metrics?: readonly MetricSpec[]
  readonly behavior?: ScalingBehavior
}

/** Scales a workload by metrics of all clusters. */
export interface FederatedHpa extends Manifest {
  readonly spec: FederatedHpaSpec
  readonly status?: AutoscalerStatus
}

export const federatedHpaKind: Kind<FederatedHpa> = {
  apiVersion: 'autoscaling.karmada.io/v1alpha1',
  kind: 'FederatedHPA',
  plural: 'federatedhpas',
  scope: 'Namespaced',
}

const specSchema = object<FederatedHpaSpec>('What to scale, by what, how far.', {
  scaleTargetRef: required(scaleTargetSchema('What to scale.')),
  minReplicas: int32('The fewest replicas in all clusters together; 1 unless given.'),
  maxReplicas: required(int32('The most replicas in all clusters together.')),
  metrics: metricSpecsSchema('What to scale by; 80 % of the CPU its pods ask for unless given.'),
  behavior: scalingBehaviorSchema,
})

export const federatedHpaDefinition: Definition = {
  kind: federatedHpaKind,
  shortNames: ['fhpa'],
  categories: ['karmada-io'],
  description: 'Scales a workload by metrics of all clusters.',
  fields: { spec: required(specSchema), status: autoscalerStatusSchema },
  status: true,
  columns: [
    { name: 'REFERENCE-KIND', type: 'string', jsonPath: '.spec.scaleTargetRef.kind' },
    { name: 'REFERENCE-NAME', type: 'string', jsonPath: '.spec.scaleTargetRef.name' },
    { name: 'MINPODS', type: 'integer', jsonPath: '.spec.minReplicas' },
    { name: 'MAXPODS', type: 'integer', jsonPath: '.spec.maxReplicas' },
    { name: 'REPLICAS', type: 'integer', jsonPath: '.status.currentReplicas' },
    ageColumn,
  ],
}
