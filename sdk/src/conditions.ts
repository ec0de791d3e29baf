import { deepEqual } from './equal.ts'
import type { Condition } from './manifest.ts'
import { timestamp } from './time.ts'

/** The condition of a type, if there is one. */
export const findCondition = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type)

/** Whether the condition of a type is there and `True`. */
export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  findCondition(conditions, type)?.status === 'True'

/**
 * The conditions with this one in place of the one of its type, or after the others. `lastTransitionTime` is `now` when
 * the status is another one, else it stays. Answers the same array when nothing changed, so that `===` tells.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: Date,
): readonly Condition[] {
  const before = findCondition(conditions, condition.type)
  const kept = before?.status === condition.status ? before.lastTransitionTime : timestamp(now)
  const after: Condition = { ...condition, lastTransitionTime: kept }
  if (!conditions || !before) return [...(conditions ?? []), after]
  return deepEqual(before, after) ? conditions : conditions.map((each) => (each === before ? after : each))
}
