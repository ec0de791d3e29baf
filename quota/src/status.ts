import {
  addLists,
  type Binding,
  type Cluster,
  type ClusterQuotaStatus,
  type Condition,
  clusterOfNamespace,
  type FederatedResourceQuota,
  type FederatedResourceQuotaStatus,
  findCondition,
  isFields,
  isTrue,
  type ResourceList,
  type StaticClusterAssignment,
  setCondition,
  type Work,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, isAsked, listOf, quantityOf } from './amounts.ts'
import { assignmentsOf } from './assignments.ts'
import { type Counted, count, type IsGone } from './count.ts'

/** What the status of a quota is made of. */
export interface Seen {
  readonly quota: FederatedResourceQuota
  /** Of its namespace. */
  readonly bindings: readonly Binding[]
  /** Its own. */
  readonly works: readonly Work[]
  readonly clusters: readonly Cluster[]
  readonly now: Date
  /** Whether bindings are held to the overall limits: what they are sent to use counts then, else what clusters say. */
  readonly isEnforced: boolean
  readonly isGone?: IsGone
}

export interface Told {
  readonly status: FederatedResourceQuotaStatus
  /** Milliseconds until a reservation counts no more by itself. */
  readonly again?: number
}

const lists = (value: unknown): value is ResourceList => isFields(value)

/** What one cluster says of its ResourceQuota; undefined while it has none. */
function saidBy({ metadata, status }: Work): ClusterQuotaStatus | undefined {
  const said = status?.manifestStatuses?.[0]?.status
  const clusterName = clusterOfNamespace(metadata.namespace)
  if (!clusterName || !isFields(said) || !isTrue(status?.conditions, 'Applied')) return undefined
  return {
    clusterName,
    ...(lists(said.hard) && { hard: said.hard }),
    ...(lists(said.used) && { used: said.used }),
  }
}

const byName = (a: ClusterQuotaStatus, b: ClusterQuotaStatus): number => (a.clusterName < b.clusterName ? -1 : 1)

export const aggregated = (works: readonly Work[]): readonly ClusterQuotaStatus[] =>
  works
    .map(saidBy)
    .filter((said) => said !== undefined)
    .sort(byName)

const only = (list: ResourceList, overall: ResourceList): ResourceList =>
  Object.fromEntries(Object.entries(list).filter(([resource]) => Object.hasOwn(overall, resource)))

/** What is used in all: of what bindings ask for, what they do; of all else, what clusters say. */
function usedOverall(
  { spec: { overall } }: FederatedResourceQuota,
  counted: Amounts | undefined,
  members: readonly ClusterQuotaStatus[],
): ResourceList {
  const sum = only(
    members.reduce<ResourceList>((all, { used = {} }) => addLists(all, used), {}),
    overall,
  )
  if (!counted) return sum
  const others = Object.entries(sum).filter(([resource]) => !isAsked(resource))
  return { ...Object.fromEntries(others), ...listOf(counted, overall) }
}

type Said = Omit<Condition, 'lastTransitionTime'>

/** What of the limits is used up, and by how much. */
function limitsSaid({ spec: { overall } }: FederatedResourceQuota, used: ResourceList): Said {
  const limits = amountsOf(overall)
  const over = [...amountsOf(used)].filter(([resource, amount]) => amount > (limits.get(resource) ?? amount))
  const type = 'WithinLimits'
  if (over.length === 0) return { type, status: 'True', reason: type, message: 'No more is used than there is.' }
  const texts = over.map(([resource, amount]) => {
    const limit = overall[resource] ?? ''
    return `${resource}: ${quantityOf(amount, limit)} used of ${limit}`
  })
  const message = `${texts.join('; ')}. Nothing more is scheduled that needs them, and nothing that runs is ended.`
  return { type, status: 'False', reason: 'LimitsExceeded', message }
}

/** Where a cluster's limits are not what they should be; undefined where they are. */
function differenceIn({ clusterName, hard }: StaticClusterAssignment, said: ClusterQuotaStatus): string | undefined {
  const [wanted, there] = [amountsOf(hard), amountsOf(said.hard)]
  const others = [...new Set([...wanted.keys(), ...there.keys()])].filter(
    (resource) => wanted.get(resource) !== there.get(resource),
  )
  if (others.length === 0) return undefined
  const texts = others.map((resource) => `${resource} is ${said.hard?.[resource] ?? 'not limited'} instead of ${hard[resource] ?? 'not limited'}`) // biome-ignore format: one sentence
  return `${clusterName}: ${texts.join(', ')}`
}

interface Trouble {
  readonly reason: 'ClusterMissing' | 'NotApplied' | 'Drifted'
  readonly message: string
}

function troubleWith(assignment: StaticClusterAssignment, { clusters, works }: Seen): Trouble | undefined {
  const { clusterName } = assignment
  if (!clusters.some(({ metadata }) => metadata.name === clusterName)) {
    return { reason: 'ClusterMissing', message: `there is no cluster ${clusterName}` }
  }
  const work = works.find(({ metadata }) => clusterOfNamespace(metadata.namespace) === clusterName)
  const applied = findCondition(work?.status?.conditions, 'Applied')
  const drifted = findCondition(work?.status?.conditions, 'Drifted')
  if (applied?.status !== 'True') {
    return { reason: 'NotApplied', message: `${clusterName}: ${applied?.message ?? 'nothing is heard of it yet'}` }
  }
  if (drifted?.status === 'True') return { reason: 'Drifted', message: `${clusterName}: ${drifted.message}` }
  const said = work && saidBy(work)
  const difference = said?.hard && differenceIn(assignment, said)
  return difference ? { reason: 'Drifted', message: difference } : undefined
}

/** Whether the limits of single clusters hold there; undefined when no cluster has any. */
function assignedSaid(seen: Seen): Said | undefined {
  const assignments = assignmentsOf(seen.quota, seen.clusters)
  if (assignments.length === 0) return undefined
  const troubles = assignments.map((each) => troubleWith(each, seen)).filter((trouble) => trouble !== undefined)
  const [first] = troubles
  const type = 'Assigned'
  if (!first) {
    return { type, status: 'True', reason: 'AllAssigned', message: 'Every cluster holds the limits it was given.' }
  }
  const message = troubles.map(({ message }) => message).join('; ')
  return { type, status: 'False', reason: first.reason, message: message.slice(0, 1024) }
}

function conditionsOf(seen: Seen, used: ResourceList): readonly Condition[] {
  const { quota, now } = seen
  const assigned = assignedSaid(seen)
  const before = (quota.status?.conditions ?? []).filter(({ type }) => assigned || type !== 'Assigned')
  const within = setCondition(before, limitsSaid(quota, used), now)
  return assigned ? setCondition(within, assigned, now) : within
}

/** How many reservations nobody needs are worth a write of their own. */
export const manyIdle = 64

/** The reservations to keep: as they are, unless there is something else to write or there are too many. */
function reservationsOf({ quota: { status } }: Seen, counted: Counted | undefined, isNews: boolean) {
  const before = status?.reservations ?? []
  const kept = counted?.kept ?? []
  return isNews || before.length - kept.length >= manyIdle ? kept : before
}

/** What is to be said of a quota now; the very same status when that is said. */
export function statusOf(seen: Seen, isSame: (a: unknown, b: unknown) => boolean): Told {
  const { quota, bindings, works, now, isEnforced } = seen
  const members = aggregated(works)
  const counted = isEnforced ? count(quota, bindings, now, seen.isGone) : undefined
  const used = usedOverall(quota, counted?.used, members)
  const { reservations: _, ...before } = quota.status ?? {}
  const after: FederatedResourceQuotaStatus = {
    overall: quota.spec.overall,
    overallUsed: used,
    ...(members.length > 0 && { aggregatedStatus: members }),
    conditions: conditionsOf(seen, used),
  }
  const isNews = !isSame(before, after)
  const reservations = reservationsOf(seen, counted, isNews)
  const again = counted?.again
  if (!isNews && reservations === quota.status?.reservations) return { status: quota.status, ...(again && { again }) }
  if (!isNews && !quota.status?.reservations) return { status: quota.status ?? after, ...(again && { again }) }
  return { status: { ...after, ...(reservations.length > 0 && { reservations }) }, ...(again && { again }) }
}
