import type { AggregatedStatusItem, Manifest } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import { said, withoutEmpty, withStatus } from '../status.ts'

interface HorizontalPodAutoscaler extends Manifest {
  readonly status?: AutoscalerStatus
}

interface AutoscalerStatus {
  readonly currentReplicas?: number
  readonly desiredReplicas?: number
}

const counted = ({ currentReplicas, desiredReplicas = 0 }: AutoscalerStatus) => ({
  ...withoutEmpty({ currentReplicas }),
  desiredReplicas,
})

function aggregate(template: HorizontalPodAutoscaler, items: readonly AggregatedStatusItem[]): HorizontalPodAutoscaler {
  const members = said<AutoscalerStatus>(items)
  const sum = (count: keyof AutoscalerStatus) => members.reduce((all, { status }) => all + (status[count] ?? 0), 0)
  return withStatus(
    template,
    counted({ currentReplicas: sum('currentReplicas'), desiredReplicas: sum('desiredReplicas') }),
  )
}

export const horizontalPodAutoscaler = ofKind<HorizontalPodAutoscaler>(
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  {
    // Kubernetes writes the list of metrics even when there is none.
    status: ({ status }) => status && { ...counted(status), currentMetrics: null },
    aggregate,
  },
)
