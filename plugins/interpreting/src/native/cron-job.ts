import { type AggregatedStatusItem, type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import { anything, fields, list, text } from '../read.ts'
import { said, withoutEmpty, withStatus } from '../status.ts'
import { latest } from '../times.ts'

interface CronJob extends Manifest {
  readonly spec?: { readonly jobTemplate?: { readonly spec?: { readonly template?: pods.PodTemplate } } }
}

const status = fields({ active: list(anything), lastScheduleTime: text, lastSuccessfulTime: text })

function aggregate(template: CronJob, items: readonly AggregatedStatusItem[]): CronJob {
  const members = said(items, status).map(({ status }) => status)
  const whole = {
    active: members.flatMap(({ active = [] }) => active),
    lastScheduleTime: latest(members.map(({ lastScheduleTime }) => lastScheduleTime)),
    lastSuccessfulTime: latest(members.map(({ lastSuccessfulTime }) => lastSuccessfulTime)),
  }
  return withStatus(template, withoutEmpty(whole))
}

export const cronJob = ofKind<CronJob>(
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  {
    dependencies: (object) => pods.podDependencies(object, object.spec?.jobTemplate?.spec?.template?.spec),
    aggregate,
  },
)
