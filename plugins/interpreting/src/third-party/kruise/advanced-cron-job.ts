import { type AggregatedStatusItem, type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { anything, fields, list, parts } from '../../read.ts'
import { lasts, statuses, withFields } from '../status.ts'

const job = fields({ spec: fields({ template: podTemplate }) })
const partsOf = parts({ spec: fields({ template: fields({ jobTemplate: job, broadcastJobTemplate: job }) }) })
const running = list(anything)

function aggregate(template: Manifest, items: readonly AggregatedStatusItem[]): Manifest {
  const members = statuses(items)
  const active = members.flatMap((status) => running(status.active) ?? [])
  return withFields(template, lasts(members, 'type', 'lastScheduleTime'), {
    active: active.length > 0 ? active : undefined,
  })
}

export const advancedCronJob = ofKind(
  { project: 'kruise', apiVersion: 'apps.kruise.io/v1alpha1', kind: 'AdvancedCronJob' },
  {
    dependencies: (object) => {
      const { jobTemplate, broadcastJobTemplate } = partsOf(object).spec?.template ?? {}
      return pods.podDependencies(object, (jobTemplate ?? broadcastJobTemplate)?.spec?.template?.spec)
    },
    aggregate,
  },
)
