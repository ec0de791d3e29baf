import type { AutoscalerStatus, Kind, Manifest, MetricSpec, ScaleTarget, ScalingBehavior } from '@flotilla/sdk'

export interface Autoscaler extends Manifest {
  readonly spec: {
    readonly scaleTargetRef: ScaleTarget
    readonly minReplicas?: number
    readonly maxReplicas: number
    readonly metrics?: readonly MetricSpec[]
    readonly behavior?: ScalingBehavior
  }
  readonly status?: AutoscalerStatus
}

export const autoscalerKind: Kind<Autoscaler> = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
}

/** How many of something there are and should be, whatever it is. */
export interface Scale extends Manifest {
  readonly spec?: { readonly replicas?: number }
  readonly status?: { readonly replicas?: number; readonly selector?: string }
}
