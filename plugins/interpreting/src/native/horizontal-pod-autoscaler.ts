import type { AggregatedStatusItem, Manifest, aggregate as points } from '@flotilla/sdk'
import { ofKind, type Summary } from '../interpreter.ts'
import { fields, number, type Read } from '../read.ts'
import { said, withoutEmpty, withStatus } from '../status.ts'

const autoscaling = fields({ currentReplicas: number, desiredReplicas: number })
type AutoscalerStatus = NonNullable<Read<typeof autoscaling>>

const counted = ({ currentReplicas, desiredReplicas = 0 }: AutoscalerStatus) => ({
  ...withoutEmpty({ currentReplicas }),
  desiredReplicas,
})

function aggregate(template: Manifest, items: readonly AggregatedStatusItem[]): Manifest {
  const members = said(items, autoscaling)
  const sum = (count: keyof AutoscalerStatus) => members.reduce((all, { status }) => all + (status[count] ?? 0), 0)
  return withStatus(
    template,
    counted({ currentReplicas: sum('currentReplicas'), desiredReplicas: sum('desiredReplicas') }),
  )
}

/**
 * Of the conditions only what follows from the numbers: an autoscaler that counts has found what it scales. Argo CD waits
 * for one without any for ever.
 */
function complete({ items }: Summary<Manifest>): points.Completion | undefined {
  const members = said(items, autoscaling)
  const isCounting = ({ currentReplicas = 0, desiredReplicas = 0 }: AutoscalerStatus) =>
    currentReplicas > 0 || desiredReplicas > 0
  const areAll = members.length > 0 && members.length === items.length
  if (!areAll || !members.every(({ status }) => isCounting(status))) return undefined
  const message = "the HPA controller was able to get the target's current scale"
  return { conditions: [{ type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale', message }] }
}

export const horizontalPodAutoscaler = ofKind(
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  {
    // Kubernetes writes the list of metrics even when there is none.
    status: (object) => {
      const status = autoscaling(object.status)
      return status && { ...counted(status), currentMetrics: null }
    },
    aggregate,
    complete,
  },
)
