import { ago } from './cells.ts'
import type { Pod } from './pods.ts'

export interface ContainerStatus {
  readonly name: string
  readonly ready?: boolean
  readonly started?: boolean
  readonly restartCount?: number
  readonly state?: ContainerState
  readonly lastState?: ContainerState
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string }
  readonly running?: object
  readonly terminated?: {
    readonly exitCode?: number
    readonly signal?: number
    readonly reason?: string
    readonly finishedAt?: string
  }
}

type Terminated = NonNullable<ContainerState['terminated']>

/** How a container ended: why, else by which signal, else with which code. */
const ending = ({ reason, signal, exitCode }: Terminated): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`)

/** Init containers that go on beside the others: sidecars. */
const sidecars = ({ spec }: Pod): ReadonlySet<string> =>
  new Set((spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name))

const hasCondition = ({ status }: Pod, type: string): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True')

/** What keeps the first unfinished init container from finishing; undefined when all are through. */
function initializing(pod: Pod): string | undefined {
  const beside = sidecars(pod)
  const total = (pod.spec.initContainers ?? []).length
  const statuses = pod.status?.initContainerStatuses ?? []
  const isThrough = ({ state, name, started }: ContainerStatus): boolean =>
    state?.terminated?.exitCode === 0 || (beside.has(name) && started === true)
  const at = statuses.findIndex((status) => !isThrough(status))
  const state = statuses[at]?.state
  if (at < 0) return undefined
  if (state?.terminated) return `Init:${ending(state.terminated)}`
  const waiting = state?.waiting?.reason
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${at}/${total}`
}

/** What a container says of its Pod, if anything. */
const saying = ({ state }: ContainerStatus): string | undefined =>
  state?.waiting?.reason || (state?.terminated && ending(state.terminated))

const isRunning = ({ ready, state }: ContainerStatus): boolean => ready === true && state?.running !== undefined

/** The first container that has something to say speaks for all, unless it is done and others go on. */
function running(pod: Pod, otherwise: string): string {
  const statuses = pod.status?.containerStatuses ?? []
  const reason = statuses.map(saying).find((said) => said) ?? otherwise
  if (reason !== 'Completed' || !statuses.some(isRunning)) return reason
  return hasCondition(pod, 'Ready') ? 'Running' : 'NotReady'
}

function phase({ status }: Pod): string {
  const isGated = (status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  )
  return isGated ? 'SchedulingGated' : status?.reason || status?.phase || ''
}

const isOver = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded'

/** A Pod's state in one word, as `kubectl get` shows it. */
export function podState(pod: Pod): string {
  const init = initializing(pod)
  const stuck = init !== undefined && !hasCondition(pod, 'Initialized')
  const reason = stuck ? init : running(pod, init ?? phase(pod))
  if (!pod.metadata.deletionTimestamp) return reason
  if (pod.status?.reason === 'NodeLost') return 'Unknown'
  return isOver(pod) ? reason : 'Terminating'
}

/** Containers that are ready, of those that should be: `1/2`. */
export function readiness(pod: Pod): string {
  const beside = sidecars(pod)
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  const readyBeside = initContainerStatuses.filter(({ name, started, ready }) => beside.has(name) && started && ready)
  const ready = containerStatuses.filter(isRunning).length + readyBeside.length
  return `${ready}/${pod.spec.containers.length + beside.size}`
}

/** How often containers were started again, and when last: `3 (5m ago)`. Init containers count while they run. */
export function restarts(pod: Pod, now: Date): string {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  const beside = sidecars(pod)
  const stuck = initializing(pod) !== undefined && !hasCondition(pod, 'Initialized')
  const lasting = initContainerStatuses.filter(({ name }) => beside.has(name))
  const counted = stuck ? initContainerStatuses : [...lasting, ...containerStatuses]
  const total = counted.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0)
  const ends = counted.map(({ lastState }) => lastState?.terminated?.finishedAt ?? '')
  const last = ends.toSorted().at(-1)
  return total > 0 && last ? `${total} (${ago(last, now)} ago)` : String(total)
}
