import {
  type AggregatedStatusItem,
  isFields,
  type Json,
  type Manifest,
  pods,
  type aggregate as points,
} from '@flotilla/sdk'
import { conditionsOf, findIn, sharedConditions } from '../conditions.ts'
import { ofKind, type Summary } from '../interpreter.ts'
import { gravest } from '../phase.ts'
import { fields, json, list, map, number, type Reader, text, truth } from '../read.ts'
import { said, withoutEmpty, withStatus } from '../status.ts'

interface Pod extends Manifest {
  readonly spec?: pods.PodSpec
}

/** What is told of a container. A type, since interfaces are not plain JSON to the compiler. */
type ContainerStatus = {
  readonly name?: string
  readonly ready: boolean
  readonly restartCount?: number
  readonly state?: { readonly [state: string]: Json }
  readonly [field: string]: Json | undefined
}

const looked = fields({ name: text, ready: truth, restartCount: number, state: map(json) })

const containerStatus: Reader<ContainerStatus> = (value) => {
  if (!isFields(value)) return undefined
  const { name: _n, ready: _r, restartCount: _c, state: _s, ...others } = map(json)(value) ?? {}
  const { ready = false, ...read } = looked(value) ?? {}
  return { ...others, ...read, ready }
}

const podStatus = fields({
  phase: text,
  containerStatuses: list(containerStatus),
  initContainerStatuses: list(containerStatus),
})

/** The containers with the mounts of those of the same name, a service account's token among them. */
const withMounts = (
  desired: readonly pods.Container[] = [],
  observed: readonly pods.Container[] = [],
): readonly pods.Container[] =>
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

function isHealthy({ status }: Pod): boolean {
  const { phase } = podStatus(status) ?? {}
  const isReady = findIn(conditionsOf({ status }), 'Ready')?.status === 'True'
  return phase === 'Succeeded' || (phase === 'Running' && isReady)
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
  const members = said(items, podStatus).map(({ status }) => status)
  const status = {
    phase: gravest(['Failed', 'Pending', 'Running', 'Succeeded'], items),
    containerStatuses: members.flatMap(({ containerStatuses = [] }) => containerStatuses.map(summary)),
    initContainerStatuses: members.flatMap(({ initContainerStatuses = [] }) => initContainerStatuses.map(summary)),
  }
  return withStatus(template, withoutEmpty(status))
}

/** What speaks for a container in all clusters: that it waits, before that it runs, before that it is over. */
const gravity = ({ state = {} }: ContainerStatus): number => ['terminated', 'running', 'waiting'].findIndex((each) => each in state) // biome-ignore format: one expression

/** A container of every cluster as one: as grave as the gravest, ready when all are, restarted as often as all together. */
function joined(name: string, statuses: readonly ContainerStatus[]): Json {
  const [gravest] = [...statuses].sort((a, b) => gravity(b) - gravity(a))
  return {
    ...withoutUndefined(gravest ?? {}),
    name,
    ready: statuses.every(({ ready }) => ready),
    restartCount: statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
  }
}

const withoutUndefined = (fields: Readonly<Record<string, Json | undefined>>): { readonly [field: string]: Json } =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined))

const joinedAll = (statuses: readonly ContainerStatus[]): readonly Json[] =>
  [...Map.groupBy(statuses, ({ name = '' }) => name)].map(([name, each]) => joined(name, each))

/** One pod, as `kubectl get pod` and `kubectl wait` look at it, of the pods of all clusters. */
function complete({ items }: Summary<Pod>): points.Completion | undefined {
  const members = said(items, podStatus).map(({ status }) => status)
  if (members.length === 0) return undefined
  const containerStatuses = joinedAll(members.flatMap(({ containerStatuses = [] }) => containerStatuses))
  const initContainerStatuses = joinedAll(members.flatMap(({ initContainerStatuses = [] }) => initContainerStatuses))
  return { conditions: sharedConditions(items), fields: withoutEmpty({ containerStatuses, initContainerStatuses }) }
}

export const pod = ofKind<Pod>(
  { apiVersion: 'v1', kind: 'Pod' },
  {
    replicas: ({ spec }) => pods.needs(1, spec),
    retain,
    isHealthy,
    dependencies: (object) => pods.podDependencies(object, object.spec),
    aggregate,
    complete,
  },
)
