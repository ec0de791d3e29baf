import { type AggregatedStatusItem, isFields, type Json, type Manifest, timestamp } from '@flotilla/sdk'
import { fields, list, type ReadFields, text } from '../read.ts'
import { type Said, said } from '../status.ts'
import { asFields, type Fields } from './status.ts'

const verdict = { type: text, status: text, reason: text, message: text }
const conditions = list(fields(verdict))

/** A condition, as far as it is read. */
export type Condition = ReadFields<typeof verdict>

/** The conditions of a status. */
export const conditionsOf = (status: unknown): readonly Condition[] =>
  (isFields(status) ? conditions(status.conditions) : undefined) ?? []

/** Whether a condition of a type is true, for one of some reasons. */
export const isTrue = (status: unknown, type: string, reasons?: readonly string[]): boolean =>
  conditionsOf(status).some(
    (each) => each.type === type && each.status === 'True' && (!reasons || reasons.includes(each.reason ?? '')),
  )

/** A condition with its cluster. */
interface Voice {
  readonly cluster: string
  readonly condition: Fields
}

const voices = ({ cluster, status }: Said<Fields>): readonly Voice[] =>
  Array.isArray(status.conditions)
    ? status.conditions.filter(isFields).map((condition) => ({ cluster, condition }))
    : []

const identity = ({ condition: { type, status, reason } }: Voice): string => JSON.stringify([type, status, reason])

/** What several clusters say alike: the first one's condition, with the words of all. */
function joined(alike: readonly Voice[]): Json {
  const [first] = alike
  const words = alike.map(({ cluster, condition }) => `${cluster}=${text(condition.message) ?? ''}`)
  return { ...(first?.condition as { readonly [name: string]: Json }), message: words.join(', ') } // it came as JSON
}

/**
 * The conditions of all clusters: those of one type, status and reason are one, and its message says who says what:
 * `member1=stored artifact, member2=stored artifact`. Undefined when there are none.
 */
export function mergedConditions(items: readonly AggregatedStatusItem[]): readonly Json[] | undefined {
  const alike = Map.groupBy(said(items, asFields).flatMap(voices), identity)
  return alike.size > 0 ? [...alike.values()].map(joined) : undefined
}

/** The conditions of all clusters by their type: the last one of each. Undefined when there are none. */
export function lastConditions(items: readonly AggregatedStatusItem[]): readonly Json[] | undefined {
  const byType = new Map(
    said(items, asFields)
      .flatMap(voices)
      .map(({ condition }) => [condition.type, condition]),
  )
  return byType.size > 0 ? ([...byType.values()] as readonly Json[]) : undefined // they came as JSON
}

/** What clusters say of a type, one after the other. */
export const clustersWith = (items: readonly AggregatedStatusItem[], type: string): readonly string[] =>
  said(items, asFields).flatMap(({ cluster, status }) => (isTrue(status, type) ? [cluster] : []))

/** A condition with the times it has already, where the template says the same; else it begins now. */
export function dated(
  { status }: Manifest,
  condition: { readonly [name: string]: Json },
  times: readonly string[],
  now: Date,
): Json {
  const all = isFields(status) && Array.isArray(status.conditions) ? status.conditions.filter(isFields) : []
  const same = all.find((each) => Object.entries(condition).every(([name, value]) => each[name] === value))
  const since = (time: string) => [time, text(same?.[time]) ?? timestamp(now)]
  return { ...condition, ...Object.fromEntries(times.map(since)) }
}
