import { type Condition, timestamp } from '@flotilla/sdk'
import type { DisruptionBudget, DisruptionBudgetStatus } from '../api/disruption.ts'
import type { Pod } from '../api/pod.ts'
import { isLeaving } from '../owner.ts'
import { isActive, isReady } from '../pod/condition.ts'
import { resolveShare } from '../share.ts'

/** How long an eviction that was allowed counts while its pod is still there, in milliseconds. */
const patience = 2 * 60 * 1000

/** Evictions under way: of pods that are there and do not leave yet. */
function disrupted({ status }: DisruptionBudget, pods: readonly Pod[], now: Date): Readonly<Record<string, string>> {
  const staying = new Set(pods.filter((pod) => !isLeaving(pod)).map(({ metadata }) => metadata.name))
  const entries = Object.entries(status?.disruptedPods ?? {})
  return Object.fromEntries(
    entries.filter(([name, since]) => staying.has(name) && now.getTime() - Date.parse(since) < patience),
  )
}

/** How many have to be healthy, of as many as there should be. */
function desired({ spec: { minAvailable, maxUnavailable } }: DisruptionBudget, expected: number): number {
  if (maxUnavailable !== undefined) return Math.max(0, expected - resolveShare(maxUnavailable, expected, 'up'))
  return minAvailable === undefined ? 1 : resolveShare(minAvailable, expected, 'up')
}

function allowed({ status, metadata }: DisruptionBudget, disruptions: number, now: Date): Condition {
  const holds = disruptions > 0 ? 'True' : 'False'
  const before = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed')
  const same = before?.status === holds
  return {
    type: 'DisruptionAllowed',
    status: holds,
    reason: disruptions > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    lastTransitionTime: (same && before.lastTransitionTime) || timestamp(now),
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
  }
}

/** What a budget says of the pods it selects; `expected`: how many their controllers want. */
export function budgetStatus(
  budget: DisruptionBudget,
  pods: readonly Pod[],
  expected: number,
  now: Date,
): DisruptionBudgetStatus {
  const disruptedPods = disrupted(budget, pods, now)
  const currentHealthy = pods.filter(
    (pod) => isActive(pod) && isReady(pod) && !Object.hasOwn(disruptedPods, pod.metadata.name),
  ).length
  const desiredHealthy = desired(budget, expected)
  const disruptionsAllowed = expected > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0
  const { generation } = budget.metadata
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
    conditions: [allowed(budget, disruptionsAllowed, now)],
  }
}
