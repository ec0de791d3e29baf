import { randomUUID } from 'node:crypto'
import { timestamp } from '@flotilla/sdk'
import type { Node } from '../api/node.ts'
import type { Container, ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from '../api/pod.ts'
import { findCondition, pulling } from './condition.ts'
import { isBroken, isMissing, type Outcome, outcomeOf } from './outcome.ts'

/** Where a pod runs, and under which address. */
export interface Whereabouts {
  readonly hostIP: string
  readonly podIP: string
}

export const addressOf = ({ status }: Node): string =>
  status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '127.0.0.1'

type ConditionDraft = Omit<PodCondition, 'lastTransitionTime'>

/** The condition, with the time it had before if it says the same. */
function dated(pod: Pod, draft: ConditionDraft, time: string): PodCondition {
  const before = findCondition(pod, draft.type)
  return { ...draft, lastTransitionTime: before?.status === draft.status ? before.lastTransitionTime : time }
}

const conditions = (pod: Pod, drafts: readonly ConditionDraft[], now: Date): readonly PodCondition[] =>
  drafts.map((draft) => dated(pod, draft, timestamp(now)))

/** The scheduler found no node. */
export const unschedulable = (pod: Pod, message: string, now: Date): PodStatus => ({
  phase: 'Pending',
  conditions: conditions(pod, [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }], now),
  qosClass: qosClass(pod),
})

const isGuaranteed = ({ resources: { requests = {}, limits = {} } = {} }: Container): boolean =>
  ['cpu', 'memory'].every((name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name])

function qosClass({ spec: { containers, initContainers = [] } }: Pod): string {
  const all = [...containers, ...initContainers]
  const asked = all.filter(({ resources }) => resources?.requests || resources?.limits)
  if (asked.length === 0) return 'BestEffort'
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable'
}

const terminated = (exitCode: number, time: string): ContainerState => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: time, finishedAt: time },
})

/** How often a container that crashes was started before its back-off is as long as it gets. */
const restarts = 6

const crashed = 'CrashLoopBackOff'

const backOff = ({ name }: Container, { metadata }: Pod): ContainerState => ({
  waiting: {
    reason: crashed,
    message: `back-off 5m0s restarting failed container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`,
  },
})

const pullBackOff = ({ image = '' }: Container): ContainerState => ({
  waiting: { reason: pulling, message: `Back-off pulling image "${image}": ErrImagePull: ${image}: not found` },
})

function stateOf(container: Container, pod: Pod, outcome: Outcome, time: string): ContainerState {
  if (isMissing(container)) return pullBackOff(container)
  if (outcome === 'succeeds') return terminated(0, time)
  if (!isBroken(container)) return outcome === 'fails' ? terminated(0, time) : { running: { startedAt: time } }
  return outcome === 'fails' ? terminated(1, time) : backOff(container, pod)
}

function containerStatus(container: Container, pod: Pod, state: ContainerState, time: string): ContainerStatus {
  const { name, image = '' } = container
  const isRunning = 'running' in state
  const hasCrashed = 'waiting' in state && state.waiting.reason === crashed
  return {
    name,
    image,
    imageID: `simulated://${image}`,
    containerID: `simulated://${pod.metadata.uid ?? randomUUID()}/${name}`,
    ready: isRunning,
    started: isRunning,
    restartCount: hasCrashed ? restarts : 0,
    state,
    lastState: hasCrashed ? terminated(1, time) : {},
  }
}

const phases = {
  runs: 'Running',
  crashes: 'Running',
  succeeds: 'Succeeded',
  fails: 'Failed',
  waits: 'Pending',
} as const

const readinessTypes = ['Ready', 'ContainersReady'] as const

function unready(names: readonly string[], reason: string): readonly ConditionDraft[] {
  const message = `containers with unready status: [${names.join(' ')}]`
  return readinessTypes.map((type) => ({ type, status: 'False', reason, message }))
}

function readiness(statuses: readonly ContainerStatus[], outcome: Outcome): readonly ConditionDraft[] {
  if (outcome === 'runs') return readinessTypes.map((type) => ({ type, status: 'True' }))
  if (outcome === 'succeeds') return readinessTypes.map((type) => ({ type, status: 'False', reason: 'PodCompleted' }))
  const names = statuses.filter(({ ready }) => !ready).map(({ name }) => name)
  return unready(names, outcome === 'fails' ? 'PodFailed' : 'ContainersNotReady')
}

/** What a kubelet writes once the containers of a pod are as they will be. */
export function startedStatus(pod: Pod, { hostIP, podIP }: Whereabouts, now: Date): PodStatus {
  const outcome = outcomeOf(pod)
  const time = timestamp(now)
  const { containers, initContainers = [] } = pod.spec
  const containerStatuses = containers.map((container) =>
    containerStatus(container, pod, stateOf(container, pod, outcome, time), time),
  )
  const initContainerStatuses = initContainers.map((container) => ({
    ...containerStatus(container, pod, terminated(0, time), time),
    ready: true,
  }))
  const isOver = outcome === 'succeeds' || outcome === 'fails'
  const drafts: readonly ConditionDraft[] = [
    { type: 'PodReadyToStartContainers', status: isOver ? 'False' : 'True' },
    { type: 'Initialized', status: 'True', ...(outcome === 'succeeds' && { reason: 'PodCompleted' }) },
    ...readiness(containerStatuses, outcome),
    { type: 'PodScheduled', status: 'True' },
  ]
  return {
    phase: phases[outcome],
    conditions: conditions(pod, drafts, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.status?.startTime ?? time,
    qosClass: qosClass(pod),
    containerStatuses,
    ...(initContainerStatuses.length > 0 && { initContainerStatuses }),
  }
}

/** What a kubelet writes when it has a pod whose containers are not there yet. */
export function startingStatus(pod: Pod, { hostIP }: Pick<Whereabouts, 'hostIP'>, now: Date): PodStatus {
  const time = timestamp(now)
  const creating: ContainerState = { waiting: { reason: 'ContainerCreating' } }
  const drafts: readonly ConditionDraft[] = [
    { type: 'PodReadyToStartContainers', status: 'False' },
    { type: 'Initialized', status: 'True' },
    ...unready(
      pod.spec.containers.map(({ name }) => name),
      'ContainersNotReady',
    ),
    { type: 'PodScheduled', status: 'True' },
  ]
  return {
    phase: 'Pending',
    conditions: conditions(pod, drafts, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    startTime: time,
    qosClass: qosClass(pod),
    containerStatuses: pod.spec.containers.map((container) => containerStatus(container, pod, creating, time)),
  }
}

/**
 * What is said of a pod by whoever hears of its node, or not any longer: it is not ready then, although nobody says that of its
 * containers. The very same when nothing is to be said.
 */
export function heardOf(pod: Pod, isHeard: boolean, now: Date): PodStatus | undefined {
  const { status } = pod
  const before = findCondition(pod, 'Ready')
  if (!before || findCondition(pod, 'ContainersReady')?.status !== 'True') return status
  const wanted = isHeard ? 'True' : 'False'
  if (before.status === wanted) return status
  const ready = { ...before, status: wanted, lastTransitionTime: timestamp(now) } as const
  return { ...status, conditions: status?.conditions?.map((each) => (each === before ? ready : each)) } as PodStatus // it has one
}
