import { deepEqual, type Manifest } from '@flotilla/sdk'
import { dnsSubdomain } from '../object/names.ts'
import type { Resource, Subresource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { containerImages, containerNames, labelsText, none } from './cells.ts'
import { type Causes, follows, when } from './checks.ts'
import { definition } from './definitions.ts'
import { column, type Group, kind, text, wideOnly } from './kind.ts'
import { podSpec, podTemplate } from './pod-checks.ts'
import { defaultRunningSpec, defaultTemplate, qualityOfService, withFields } from './pod-defaults.ts'
import type { Container, PodSpec, PodTemplate as Template } from './pod-spec.ts'
import { type ContainerStatus, podState, readiness, restarts } from './pod-status.ts'

const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }

export interface Pod extends Manifest {
  readonly spec: PodSpec
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly podIP?: string
    readonly nominatedNodeName?: string
    readonly qosClass?: string
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
      readonly lastTransitionTime?: string
    }[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}

interface PodTemplate extends Manifest {
  readonly template: Template
}

/** Whoever writes a status leaves out what never changes. */
const withQuality = (pod: Pod, { status: before }: Pod): Pod =>
  before?.qosClass && pod.status && !pod.status.qosClass
    ? { ...pod, status: { ...pod.status, qosClass: before.qosClass } }
    : pod

const nominated = ({ status }: Pod): Causes =>
  status?.nominatedNodeName ? follows('status.nominatedNodeName', status.nominatedNodeName, dnsSubdomain) : []

const gates = ({ spec: { readinessGates = [] }, status }: Pod): string => {
  if (readinessGates.length === 0) return none
  const open = readinessGates.filter(({ conditionType }) =>
    status?.conditions?.some((condition) => condition.type === conditionType && condition.status === 'True'),
  )
  return `${open.length}/${readinessGates.length}`
}

/** Gates hold it back, which it says from the first moment. */
const held = ({ spec: { schedulingGates = [] }, metadata: { creationTimestamp } }: Pod): Pod['status'] =>
  schedulingGates.length === 0
    ? {}
    : {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            ...(creationTimestamp && { lastTransitionTime: creationTimestamp }),
            reason: 'SchedulingGated',
            message: 'Scheduling is blocked due to non-empty scheduling gates',
          },
        ],
      }

const prepare = (pod: Pod, before?: Pod): Pod => {
  const filled = withFields(pod, { spec: defaultRunningSpec(pod.spec) })
  return before || filled.status?.phase
    ? filled
    : { ...filled, status: { phase: 'Pending', ...held(filled), qosClass: qualityOfService(filled.spec) } }
}

const withImagesOf = (containers: readonly Container[], before: readonly Container[] = []): readonly Container[] =>
  containers.map((container, i) => {
    const { image } = before[i] ?? container
    return image === undefined ? container : { ...container, image }
  })

/** The spec as it would be if only what may change in a Pod's life had stayed as it was. */
function withoutChangeable(spec: PodSpec, before: PodSpec): PodSpec {
  const { activeDeadlineSeconds: _, ...rest } = spec
  const { activeDeadlineSeconds, tolerations, schedulingGates, ephemeralContainers, nodeName } = before
  return {
    ...rest,
    containers: withImagesOf(spec.containers, before.containers),
    ...(spec.initContainers && { initContainers: withImagesOf(spec.initContainers, before.initContainers) }),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    ...{ tolerations, schedulingGates, ephemeralContainers },
    ...(nodeName === undefined && { nodeName }), // a Pod without a node may still get one
  }
}

const fixed =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** It may only come nearer. */
const deadline = ({ activeDeadlineSeconds: after }: PodSpec, { activeDeadlineSeconds: before }: PodSpec): Causes =>
  when(before !== undefined && after !== undefined && after > before, () =>
    cause.invalid('spec.activeDeadlineSeconds', after, 'must be less than or equal to previous value'),
  )

/** What holds a Pod back may only be taken away. */
const newGates = ({ schedulingGates = [] }: PodSpec, { schedulingGates: before = [] }: PodSpec): Causes =>
  schedulingGates.flatMap(({ name }, i) =>
    when(!before.some((old) => old.name === name), () =>
      cause.forbidden(
        `spec.schedulingGates[${i}].name`,
        `only deletion is allowed, but found new scheduling gate '${name}'`,
      ),
    ),
  )

const born = ({ spec: { schedulingGates = [], nodeName, ephemeralContainers = [] } }: Pod): Causes => [
  ...when(schedulingGates.length > 0 && Boolean(nodeName), () =>
    cause.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'),
  ),
  ...when(ephemeralContainers.length > 0, () => cause.forbidden('spec.ephemeralContainers', 'cannot be set on create')),
]

const update = ({ spec }: Pod, { spec: before }: Pod): Causes => {
  const kept = (before.tolerations ?? []).every((old) => spec.tolerations?.some((each) => deepEqual(each, old)))
  return [
    ...when(!kept, () =>
      cause.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    ),
    ...deadline(spec, before),
    ...newGates(spec, before),
    ...when(!deepEqual(withoutChangeable(spec, before), before), () => cause.forbidden('spec', fixed)),
  ]
}

const defaultGrace = 30

/** Its kubelet ends it; where none knows it, and after its end, there is nothing to wait for. */
const grace = ({ spec, status }: Pod): number =>
  !spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed'
    ? 0
    : (spec.terminationGracePeriodSeconds ?? defaultGrace)

/** A subresource by which who asks is tied to a Pod. */
const connection = (name: string, kind: string): Subresource => ({
  name,
  verbs: ['create', 'get'],
  kind: { group: '', version: 'v1', kind },
})

const bindingSchema = definition('io.k8s.api.core.v1.Binding')

const pod = kind<Pod>(core, 'Pod', 'pods', {
  deletion: { shows: true },
  shortNames: ['po'],
  categories: ['all'],
  subresources: ['status'],
  own: [
    connection('attach', 'PodAttachOptions'),
    connection('exec', 'PodExecOptions'),
    connection('portforward', 'PodPortForwardOptions'),
    {
      name: 'binding',
      verbs: ['create'],
      kind: { group: '', version: 'v1', kind: 'Binding' },
      schema: bindingSchema,
    },
    {
      name: 'log',
      verbs: ['get'],
      kind: { group: '', version: 'v1', kind: 'Pod' },
      schema: definition('io.k8s.api.core.v1.Pod'),
    },
    {
      name: 'eviction',
      verbs: ['create'],
      kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
      schema: definition('io.k8s.api.policy.v1.Eviction'),
    },
  ],
  generation: true,
  columns: [
    column.name,
    text('Ready', readiness, 'The aggregate readiness state of this pod for accepting traffic.'),
    text('Status', podState, 'The aggregate status of the containers in this pod.'),
    text(
      'Restarts',
      restarts,
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    ),
    column.age,
    ...wideOnly<Pod>(
      text('IP', ({ status }) => status?.podIP || none),
      text('Node', ({ spec }) => spec.nodeName || none),
      text('Nominated Node', ({ status }) => status?.nominatedNodeName || none),
      text('Readiness Gates', gates),
    ),
  ],
  selectable: {
    'spec.nodeName': ({ spec }) => spec.nodeName,
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy,
    'spec.schedulerName': ({ spec }) => (spec as { schedulerName?: string }).schedulerName,
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName,
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase,
    'status.podIP': ({ status }) => status?.podIP,
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName,
  },
  prepare,
  prepareSubresource: (subresource, object, before) =>
    subresource === 'status' ? withQuality(object, before) : object,
  grace,
  validate: (object, before, subresource) => [
    ...(subresource === 'status' ? nominated(object) : podSpec('spec', object.spec)),
    ...(before ? update(object, before) : born(object)),
  ],
})

const template = kind<PodTemplate>(core, 'PodTemplate', 'podtemplates', {
  deletion: { shows: true },
  generation: true,
  columns: [
    column.name,
    text('Containers', ({ template: { spec } }) => containerNames(spec)),
    text('Images', ({ template: { spec } }) => containerImages(spec)),
    text('Pod Labels', ({ template: { metadata } }) => labelsText(metadata?.labels)),
  ],
  prepare: (object) => withFields(object, { template: defaultTemplate(object.template) }),
  validate: (object) => podTemplate('template', object.template),
})

/** How a scheduler says where a Pod runs: the same as the Pod's own `binding`. */
const binding = kind(core, 'Binding', 'bindings', { transient: true })

export const pods: readonly Resource[] = [pod, template, binding]
