import type { Condition, Kind, LabelSelector, Manifest, StringMap } from '@flotilla/sdk'
import type { Share } from './workloads.ts'

export interface DisruptionBudgetStatus {
  readonly observedGeneration?: number
  readonly disruptionsAllowed: number
  readonly currentHealthy: number
  readonly desiredHealthy: number
  readonly expectedPods: number
  /** When the eviction of a pod was allowed that is still there, by the pod's name. */
  readonly disruptedPods?: StringMap
  readonly conditions?: readonly Condition[]
}

export interface DisruptionBudget extends Manifest {
  readonly spec: {
    readonly minAvailable?: Share
    readonly maxUnavailable?: Share
    readonly selector?: LabelSelector
  }
  readonly status?: DisruptionBudgetStatus
}

export const disruptionBudgetKind: Kind<DisruptionBudget> = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  scope: 'Namespaced',
}
