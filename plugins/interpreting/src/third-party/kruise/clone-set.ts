import { pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { count, fields, parts } from '../../read.ts'
import { observedGeneration, reflect } from '../generations.ts'
import { lasts, statuses, sums, withFields } from '../status.ts'
import { isRolledOut, withReplicas } from './rollout.ts'

const partsOf = parts({ spec: fields({ replicas: count, template: podTemplate }) })

const counters = [
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'updatedReadyReplicas',
  'expectedUpdatedReplicas',
]
const revisions = ['updateRevision', 'currentRevision', 'labelSelector']

export const cloneSet = ofKind(
  { project: 'kruise', apiVersion: 'apps.kruise.io/v1alpha1', kind: 'CloneSet' },
  {
    replicas: (object) => {
      const { spec } = partsOf(object)
      return pods.needs(spec?.replicas ?? 0, spec?.template?.spec)
    },
    reviseReplicas: withReplicas,
    isHealthy: isRolledOut,
    dependencies: (object) => pods.podDependencies(object, partsOf(object).spec?.template?.spec),
    status: reflect(...counters, ...revisions),
    aggregate: (template, items) =>
      withFields(
        template,
        { observedGeneration: observedGeneration(template, items) },
        sums(statuses(items), ...counters),
        lasts(statuses(items), ...revisions),
      ),
  },
)
