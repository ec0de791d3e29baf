import { type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podSpec, podTemplate } from '../../pod-shape.ts'
import { count, fields, number, parts } from '../../read.ts'
import { lastConditions } from '../conditions.ts'
import { observedGeneration, reflect } from '../generations.ts'
import { lasts, merged, statuses, sums, sumsOfSome, withFields } from '../status.ts'
import { isObserved, withReplicas } from './rollout.ts'

const workload = fields({ spec: fields({ template: podTemplate }) })

const partsOf = parts({
  spec: fields({
    replicas: count,
    template: fields({
      spec: podSpec,
      statefulSetTemplate: workload,
      advancedStatefulSetTemplate: workload,
      cloneSetTemplate: workload,
      deploymentTemplate: workload,
    }),
  }),
  status: fields({ updatedReplicas: number, readyReplicas: number, availableReplicas: number }),
})

const counters = ['replicas', 'readyReplicas', 'updatedReplicas']

/** Which of them there are depends on the version of Kruise. */
const some = ['updatedReadyReplicas', 'availableReplicas']
const others = ['currentRevision', 'labelSelector', 'updateStatus', 'collisionCount']

/**
 * The pods of its subsets. Unlike in Karmada, which looks for them directly under `spec.template`, they are found where
 * Kruise has them: in the template of one of four workloads.
 */
function podOf(object: Manifest): pods.PodSpec | undefined {
  const { spec, statefulSetTemplate, advancedStatefulSetTemplate, cloneSetTemplate, deploymentTemplate } =
    partsOf(object).spec?.template ?? {}
  const subset = statefulSetTemplate ?? advancedStatefulSetTemplate ?? cloneSetTemplate ?? deploymentTemplate
  return subset?.spec?.template?.spec ?? spec
}

/** Whether all its replicas are up to date and available, or ready: most versions do not count those that are available. */
function isHealthy(object: Manifest): boolean {
  const { spec, status } = partsOf(object)
  const { updatedReplicas = 0, readyReplicas = 0, availableReplicas = readyReplicas } = status ?? {}
  return (
    status !== undefined &&
    isObserved(object) &&
    updatedReplicas >= (spec?.replicas ?? 0) &&
    availableReplicas >= updatedReplicas
  )
}

export const unitedDeployment = ofKind(
  { project: 'kruise', apiVersion: 'apps.kruise.io/v1alpha1', kind: 'UnitedDeployment' },
  {
    replicas: (object) => pods.needs(partsOf(object).spec?.replicas ?? 0, podOf(object)),
    reviseReplicas: withReplicas,
    isHealthy,
    dependencies: (object) => pods.podDependencies(object, podOf(object)),
    status: reflect(...counters, ...some, ...others, 'subsetReplicas', 'conditions'),
    aggregate: (template, items) =>
      withFields(
        template,
        { observedGeneration: observedGeneration(template, items) },
        sums(statuses(items), ...counters),
        sumsOfSome(statuses(items), ...some),
        lasts(statuses(items), ...others),
        {
          subsetReplicas: merged(statuses(items).map(({ subsetReplicas }) => subsetReplicas)),
          conditions: lastConditions(items),
        },
      ),
  },
)
