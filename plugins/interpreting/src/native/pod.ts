import type { AggregatedStatusItem, Json, Manifest } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import { gravest } from '../phase.ts'
import { podDependencies } from '../pod-dependencies.ts'
import { needs } from '../pod-requirements.ts'
import type { Container, PodSpec } from '../pod-template.ts'
import { said, withoutEmpty, withStatus } from '../status.ts'

interface Pod extends Manifest {
  readonly spec?: PodSpec
  readonly status?: PodStatus
}

interface PodStatus {
  readonly phase?: string
  readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
}

interface ContainerStatus {
  readonly ready: boolean
  readonly state?: { readonly [state: string]: Json }
}

/** The containers with the mounts of those of the same name, a service account's token among them. */
const withMounts = (desired: readonly Container[] = [], observed: readonly Container[] = []): readonly Container[] =>
  desired.map((container) => {
    const twin = observed.find(({ name }) => name === container.name)
    if (!twin) return container
    const { volumeMounts: _, ...rest } = container
    return { ...rest, ...(twin.volumeMounts && { volumeMounts: twin.volumeMounts }) }
  })

/** Where the pod runs, as whom, and what is mounted into it, was decided in the member. */
function retain(desired: Pod, { spec: observed = {} }: Pod): Pod {
  const { nodeName: _n, serviceAccountName: _s, volumes: _v, ...rest } = desired.spec ?? {}
  const { nodeName, serviceAccountName, volumes } = observed
  const spec = {
    ...rest,
    ...(nodeName && { nodeName }),
    ...(serviceAccountName && { serviceAccountName }),
    ...(volumes && { volumes }),
    ...(rest.containers && { containers: withMounts(rest.containers, observed.containers) }),
    ...(rest.initContainers && { initContainers: withMounts(rest.initContainers, observed.initContainers) }),
  }
  return { ...desired, spec }
}

const isReady = ({ conditions = [] }: PodStatus): boolean =>
  conditions.some(({ type, status }) => type === 'Ready' && status === 'True')

function isHealthy({ status = {} }: Pod): boolean {
  return status.phase === 'Succeeded' || (status.phase === 'Running' && isReady(status))
}

/** Of a container only its state is told; the fields the API requires are left empty, as in Karmada. */
const summary = ({ ready, state = {} }: ContainerStatus): Json => ({
  name: '',
  image: '',
  imageID: '',
  restartCount: 0,
  lastState: {},
  ready,
  state,
})

function aggregate(template: Pod, items: readonly AggregatedStatusItem[]): Pod {
  if (items.length === 0) return template
  const members = said<PodStatus>(items).map(({ status }) => status)
  const status = {
    phase: gravest(['Failed', 'Pending', 'Running', 'Succeeded'], items),
    containerStatuses: members.flatMap(({ containerStatuses = [] }) => containerStatuses.map(summary)),
    initContainerStatuses: members.flatMap(({ initContainerStatuses = [] }) => initContainerStatuses.map(summary)),
  }
  return withStatus(template, withoutEmpty(status))
}

export const pod = ofKind<Pod>(
  { apiVersion: 'v1', kind: 'Pod' },
  {
    replicas: ({ spec }) => needs(1, spec),
    retain,
    isHealthy,
    dependencies: (object) => podDependencies(object, object.spec),
    aggregate,
  },
)
