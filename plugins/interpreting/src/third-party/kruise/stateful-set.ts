import { type interpret, type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { count, fields, list, parts, text } from '../../read.ts'
import { observedGeneration, reflect } from '../generations.ts'
import { lasts, statuses, sums, withFields } from '../status.ts'
import { isRolledOut, withReplicas } from './rollout.ts'

const claim = fields({ metadata: fields({ name: text }) })
const partsOf = parts({ spec: fields({ replicas: count, template: podTemplate, volumeClaimTemplates: list(claim) }) })

const counters = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'updatedReadyReplicas',
]
const revisions = ['updateRevision', 'currentRevision', 'labelSelector']

/** A volume named like a claim template is a placeholder: each member's controller makes the claims. */
function dependencies(object: Manifest): readonly interpret.Dependency[] {
  const { spec } = partsOf(object)
  const own = new Set(spec?.volumeClaimTemplates?.map(({ metadata }) => metadata?.name))
  return pods
    .podDependencies(object, spec?.template?.spec)
    .filter(({ kind, name }) => kind !== 'PersistentVolumeClaim' || !own.has(name))
}

export const kruiseStatefulSet = ofKind(
  { project: 'kruise', apiVersion: 'apps.kruise.io/v1beta1', kind: 'StatefulSet' },
  {
    replicas: (object) => {
      const { spec } = partsOf(object)
      return pods.needs(spec?.replicas ?? 0, spec?.template?.spec)
    },
    reviseReplicas: withReplicas,
    isHealthy: isRolledOut,
    dependencies,
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
