import {
  annotation,
  type Binding,
  type Condition,
  clusterExpressionsText,
  deepEqual,
  type Placement,
  setCondition,
  type TargetCluster,
  timestamp,
} from '@flotilla/sdk'
import { absenceText, type Decision, type Failure } from './schedule.ts'

const successText = 'Binding has been scheduled successfully.'

/** Anything but a success, as the condition says it. */
export interface Mishap {
  readonly reason: Failure['reason'] | 'QuotaExceeded'
  readonly message: string
}

type Said = Omit<Condition, 'lastTransitionTime'>

export const successOf = ({ absent }: Decision): Said => ({
  type: 'Scheduled',
  status: 'True',
  reason: 'Success',
  message: `${successText}${absenceText(absent)}`,
})

export const mishapOf = ({ reason, message }: Mishap): Said => ({ type: 'Scheduled', status: 'False', reason, message })

/** What an event says of a success. */
export const successMessage = (targets: readonly TargetCluster[]): string =>
  `${successText} Result: {${targets.map(({ name, replicas = 0 }) => `${name}:${replicas}`).join(', ')}}`

/** What a decision followed, as it is written down; undefined where it stands there already. */
function appliedPatch(binding: Binding, placement: Placement): object | undefined {
  const { annotations = {} } = binding.metadata
  const applied = {
    [annotation.appliedPlacement]: JSON.stringify(placement),
    [annotation.appliedExpressions]: clusterExpressionsText(binding),
  }
  const news = Object.entries(applied).filter(([key, text]) => annotations[key] !== text)
  if (news.length === 0) return undefined
  return { annotations: Object.fromEntries(news.map(([key, text]) => [key, text ?? null])) }
}

/**
 * The one patch of the object that records a decision: the clusters, and the placement and the expressions that led there. Undefined when
 * both stand there already. Only when no cluster fits does a failure take the clusters away.
 */
export function resultPatch(
  binding: Binding,
  placement: Placement,
  { targets, failures: [first] }: Decision,
): object | undefined {
  if (!targets && first?.reason !== 'NoClusterFit') return undefined
  const metadata = appliedPatch(binding, placement)
  const isThere = deepEqual(binding.spec.clusters ?? [], targets ?? [])
  if (!metadata && isThere) return undefined
  return {
    ...(metadata && { metadata }),
    ...(!isThere && { spec: { clusters: targets ?? null } }),
  }
}

/** When a binding was scheduled: never before that was wanted, by whatever clock, or it would be wanted again. */
const scheduledAt = ({ spec: { rescheduleTriggeredAt: wanted } }: Binding, now: Date, fresh: boolean): string =>
  fresh && wanted !== undefined && Date.parse(wanted) > now.getTime() ? wanted : timestamp(now)

/**
 * The one patch of the status that records a success, for the generation it leads to; undefined when all is said. The
 * conditions are a list others write, too: they are only sent onto the version they were computed from.
 */
export function successPatch(binding: Binding, decision: Decision, now: Date, fresh: boolean): object | undefined {
  const { metadata, status = {} } = binding
  const { generation } = metadata
  const { affinityName } = decision
  const conditions = setCondition(status.conditions, successOf(decision), now)
  const isSaid = conditions === status.conditions && status.schedulerObservedGeneration === generation
  if (isSaid && status.schedulerObservingAffinityName === affinityName && !fresh) return undefined
  return {
    ...onto(metadata, conditions !== status.conditions),
    status: {
      schedulerObservedGeneration: generation,
      schedulerObservingAffinityName: affinityName ?? null,
      lastScheduledTime: scheduledAt(binding, now, fresh),
      ...(conditions !== status.conditions && { conditions }),
    },
  }
}

/** The patch of the status that records a failure; undefined when it stands there already. */
export function mishapPatch({ metadata, status }: Binding, mishap: Mishap, now: Date): object | undefined {
  const conditions = setCondition(status?.conditions, mishapOf(mishap), now)
  return conditions === status?.conditions ? undefined : { ...onto(metadata, true), status: { conditions } }
}

/** The patch of the status that says a generation needs no scheduling. */
export const observedPatch = ({ metadata: { generation }, status }: Binding): object | undefined =>
  status?.schedulerObservedGeneration === generation
    ? undefined
    : { status: { schedulerObservedGeneration: generation } }

const onto = ({ resourceVersion }: Binding['metadata'], needed: boolean): object =>
  needed ? { metadata: { resourceVersion } } : {}
