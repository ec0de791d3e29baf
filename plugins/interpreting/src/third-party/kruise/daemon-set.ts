import { type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { fields, number, parts } from '../../read.ts'
import { observedGeneration, reflect } from '../generations.ts'
import { lasts, statuses, sums, withFields } from '../status.ts'
import { isObserved } from './rollout.ts'

const partsOf = parts({
  spec: fields({ template: podTemplate }),
  status: fields({ desiredNumberScheduled: number, updatedNumberScheduled: number, numberAvailable: number }),
})

const counters = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
]

function isHealthy(object: Manifest): boolean {
  const { status } = partsOf(object)
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status ?? {}
  return (
    status !== undefined &&
    isObserved(object) &&
    updatedNumberScheduled >= desiredNumberScheduled &&
    numberAvailable >= updatedNumberScheduled
  )
}

export const kruiseDaemonSet = ofKind(
  { project: 'kruise', apiVersion: 'apps.kruise.io/v1alpha1', kind: 'DaemonSet' },
  {
    isHealthy,
    dependencies: (object) => pods.podDependencies(object, partsOf(object).spec?.template?.spec),
    status: reflect(...counters, 'daemonSetHash'),
    aggregate: (template, items) =>
      withFields(
        template,
        { observedGeneration: observedGeneration(template, items) },
        sums(statuses(items), ...counters),
        lasts(statuses(items), 'daemonSetHash'),
      ),
  },
)
