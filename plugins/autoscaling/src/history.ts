import {
  type CronFederatedHpa,
  type CronRule,
  type ExecutionHistory,
  type FailedExecution,
  type SuccessfulExecution,
  timestamp,
} from '@flotilla/sdk'
import { isDueAt, nextAfter } from './timetable.ts'

const usualLimit = 3

/** A rule whose time has come. */
export interface Due {
  readonly rule: CronRule
  /** When it was to be done. */
  readonly scheduleTime: string
}

/** What became of a rule that was due. */
export type Execution =
  | { readonly rule: CronRule; readonly success: SuccessfulExecution }
  | { readonly rule: CronRule; readonly failure: FailedExecution }

type Histories = readonly ExecutionHistory[]

const historyOf = (histories: Histories, { name }: CronRule): ExecutionHistory =>
  histories.find(({ ruleName }) => ruleName === name) ?? { ruleName: name }

/** When a rule is due, as was said before and is still so. */
function dueTime(rule: CronRule, { nextExecutionTime }: ExecutionHistory, now: Date): Date | undefined {
  if (rule.suspend || nextExecutionTime === undefined) return undefined
  const time = new Date(nextExecutionTime)
  return isDueAt(rule, time, now) ? time : undefined
}

/**
 * The rules that are due, the earliest first. What was missed while nobody was there is due late, once: it says what holds from then on.
 */
export function dueRules({ spec, status }: CronFederatedHpa, now: Date): readonly Due[] {
  const due = spec.rules.flatMap((rule) => {
    const time = dueTime(rule, historyOf(status?.executionHistories ?? [], rule), now)
    return time && time <= now ? [{ rule, time }] : []
  })
  return due
    .toSorted((a, b) => a.time.getTime() - b.time.getTime())
    .map(({ rule, time }) => ({ rule, scheduleTime: timestamp(time) }))
}

function remembered<T>(before: readonly T[] = [], latest: readonly T[], limit: number): readonly T[] {
  return [...latest, ...before].slice(0, limit)
}

function historyAfter(
  rule: CronRule,
  before: ExecutionHistory,
  executions: readonly Execution[],
  now: Date,
): ExecutionHistory {
  const own = executions.filter((each) => each.rule === rule)
  const successes = own.flatMap((each) => ('success' in each ? [each.success] : []))
  const failures = own.flatMap((each) => ('failure' in each ? [each.failure] : []))
  const { successfulHistoryLimit = usualLimit, failedHistoryLimit = usualLimit } = rule
  const successfulExecutions = remembered(before.successfulExecutions, successes, successfulHistoryLimit)
  const failedExecutions = remembered(before.failedExecutions, failures, failedHistoryLimit)
  const due = dueTime(rule, before, now)
  const next = rule.suspend ? undefined : due && due > now ? due : nextAfter(rule, now)
  return {
    ruleName: rule.name,
    ...(next && { nextExecutionTime: timestamp(next) }),
    ...(successfulExecutions.length > 0 && { successfulExecutions }),
    ...(failedExecutions.length > 0 && { failedExecutions }),
  }
}

/** What is said of all rules once those that were due have been done. What is said of a rule that is gone goes, too. */
export const historiesAfter = (
  { spec, status }: CronFederatedHpa,
  executions: readonly Execution[],
  now: Date,
): Histories =>
  spec.rules.map((rule) => historyAfter(rule, historyOf(status?.executionHistories ?? [], rule), executions, now))

/** Milliseconds until the next rule is due; undefined: none will be. */
export function untilNext(histories: Histories, now: Date): number | undefined {
  const times = histories.flatMap(({ nextExecutionTime }) => (nextExecutionTime ? [Date.parse(nextExecutionTime)] : []))
  return times.length > 0 ? Math.max(0, Math.min(...times) - now.getTime()) : undefined
}
