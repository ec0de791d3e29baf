import { fieldAt, type interpret, isFields, type Manifest, pods, withField } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { container, podSpec, volume } from '../../pod-shape.ts'
import { count, fields, list, parts, type ReadFields, text } from '../../read.ts'
import { asking, largest, placing } from '../component.ts'
import { unique } from '../dependencies.ts'

const containers = list(container)
const claim = fields({ metadata: fields({ name: text }) })
const executor = fields({ serviceAccountName: text })
const semaphore = fields({ configMapKeyRef: fields({ name: text }) })

const step = {
  container,
  script: container,
  containerSet: fields({ containers }),
  initContainers: containers,
  sidecars: containers,
  volumes: list(volume),
  serviceAccountName: text,
  executor,
}

const partsOf = parts({
  spec: fields({
    parallelism: count,
    podPriorityClassName: text,
    executor,
    templates: list(fields(step)),
    volumeClaimTemplates: list(claim),
    synchronization: fields({ semaphore, semaphores: list(semaphore) }),
    artifactRepositoryRef: fields({ configMap: text }),
  }),
  status: fields({ phase: text }),
})
const podOf = parts({ spec: podSpec })

/** The pod of a step. */
const podOfStep = ({
  container,
  script,
  containerSet,
  sidecars = [],
  ...rest
}: ReadFields<typeof step>): pods.PodSpec => ({
  ...rest,
  containers: [container, script, ...(containerSet?.containers ?? []), ...sidecars].filter(
    (each) => each !== undefined,
  ),
})

const stepsOf = (object: Manifest): readonly pods.PodSpec[] => (partsOf(object).spec?.templates ?? []).map(podOfStep)

/** So many steps run at once, as if each were as demanding as the most demanding one. */
function replicas(object: Manifest): interpret.Needs {
  const { parallelism = 1, podPriorityClassName: priorityClassName } = partsOf(object).spec ?? {}
  const requests = largest(stepsOf(object).map((step) => pods.resourceRequest(step) ?? {}))
  return asking(parallelism, requests, placing({ ...podOf(object).spec, priorityClassName }))
}

/** Whoever suspends or resumes a workflow does it in the member; what has been done already is in its status. */
function retain(desired: Manifest, observed: Manifest): Manifest {
  const suspend = fieldAt(observed, ['spec', 'suspend'])
  const kept = suspend === undefined ? desired : withField(desired, ['spec', 'suspend'], suspend)
  return isFields(observed.status) ? { ...kept, status: observed.status } : kept
}

function dependencies(object: Manifest): readonly interpret.Dependency[] {
  const { executor, volumeClaimTemplates = [], synchronization, artifactRepositoryRef } = partsOf(object).spec ?? {}
  const templates = partsOf(object).spec?.templates ?? []
  const semaphores = [synchronization?.semaphore, ...(synchronization?.semaphores ?? [])]
  const all = [
    ...pods.podDependencies(object, podOf(object).spec),
    ...stepsOf(object).flatMap((step) => pods.podDependencies(object, step)),
    ...pods.namedDependencies(object, 'ServiceAccount', [
      executor?.serviceAccountName,
      ...templates.map(({ executor }) => executor?.serviceAccountName),
    ]),
    ...pods.namedDependencies(
      object,
      'PersistentVolumeClaim',
      volumeClaimTemplates.map(({ metadata }) => metadata?.name),
    ),
    ...pods.namedDependencies(object, 'ConfigMap', [
      ...semaphores.map((semaphore) => semaphore?.configMapKeyRef?.name),
      artifactRepositoryRef?.configMap,
    ]),
  ]
  return unique(all)
}

/** A workflow without parallelism runs as many steps at once as there are: it is left so. */
export const workflow = ofKind(
  { project: 'argo', apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow' },
  {
    replicas,
    reviseReplicas: (object, replicas) =>
      partsOf(object).spec?.parallelism === undefined ? object : withField(object, ['spec', 'parallelism'], replicas),
    retain,
    isHealthy: (object) => !['', 'Error', 'Failed'].includes(partsOf(object).status?.phase ?? ''),
    dependencies,
  },
)
