import type { AggregatedStatusItem, Component, Manifest } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { count, fields, list, parts, text } from '../../read.ts'
import { component } from '../component.ts'
import { mergedConditions } from '../conditions.ts'
import { collect, lasts, merged, summedUp, sumsOfSome } from '../status.ts'

const task = fields({ name: text, minAvailable: count, template: podTemplate })
const partsOf = parts({
  spec: fields({ tasks: list(task) }),
  status: fields({ state: fields({ phase: text }) }),
})

const counters = ['minAvailable', 'pending', 'running', 'succeeded', 'failed', 'terminating', 'unknown', 'retryCount']
const maps = ['taskStatusCount', 'controlledResources']
const others = ['state', 'version', 'runningDuration']
const collected = [...counters, ...maps, ...others, 'conditions']

/** Those that are on their way, or at the end of it: a job that was aborted did what it was told. */
const healthy = [
  'Pending',
  'Running',
  'Restarting',
  'Completing',
  'Completed',
  'Terminating',
  'Terminated',
  'Aborting',
  'Aborted',
]

/** As many as a task cannot do without, which is when it begins. */
function components(object: Manifest): readonly Component[] {
  const { tasks = [] } = partsOf(object).spec ?? {}
  return tasks.map(({ name, minAvailable = 1, template }, i) =>
    component(name || `task-${i}`, minAvailable, template?.spec),
  )
}

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
  summedUp(template, items, collected, (members) => ({
    ...sumsOfSome(members, ...counters),
    ...lasts(members, ...others),
    ...Object.fromEntries(maps.map((name) => [name, merged(members.map((status) => status[name]))])),
    conditions: mergedConditions(items),
  }))

export const volcanoJob = ofKind(
  { project: 'volcano', apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job' },
  {
    components,
    isHealthy: (object) => healthy.includes(partsOf(object).status?.state?.phase ?? ''),
    status: collect(...collected),
    aggregate,
  },
)
