import { type AggregatedStatusItem, isFields, type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { fields, parts, type Reader, text } from '../../read.ts'
import { mergedConditions } from '../conditions.ts'
import { collect, lasts, summedUp, sumsOfSome } from '../status.ts'

const some: Reader<object> = (value) => (isFields(value) ? value : undefined)

const partsOf = parts({
  spec: fields({ template: podTemplate }),
  status: fields({ containerState: fields({ running: some, waiting: fields({ reason: text }) }) }),
})

const collected = ['conditions', 'containerState', 'readyReplicas']

/** It runs, or is about to: a container that waits for anything else waits in vain. */
function isHealthy(object: Manifest): boolean {
  const { running, waiting } = partsOf(object).status?.containerState ?? {}
  return running !== undefined || waiting?.reason === 'ContainerCreating'
}

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
  summedUp(template, items, collected, (members) => ({
    ...lasts(members, 'containerState'),
    ...sumsOfSome(members, 'readyReplicas'),
    conditions: mergedConditions(items),
  }))

export const notebook = ofKind(
  { project: 'kubeflow', apiVersion: 'kubeflow.org/v1', kind: 'Notebook' },
  {
    replicas: (object) => pods.needs(1, partsOf(object).spec?.template?.spec),
    isHealthy,
    status: collect(...collected),
    aggregate,
  },
)
