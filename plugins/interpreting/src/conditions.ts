import type { AggregatedStatusItem, aggregate } from '@flotilla/sdk'
import { fields, list, number, oneOf, type Reader, type ReadFields, text } from './read.ts'
import { type Said, said } from './status.ts'

/** A condition as a status has it. */
export type Dated = aggregate.Verdict & { readonly lastTransitionTime?: string }

const known = fields({
  type: text,
  status: oneOf('True', 'False', 'Unknown'),
  reason: text,
  message: text,
  observedGeneration: number,
  lastUpdateTime: text,
  lastTransitionTime: text,
})

/** A condition without a type, or of no known status, is none. */
const condition: Reader<Dated> = (value) => {
  const { type, status, ...rest } = known(value) ?? {}
  return type && status ? { type, status, ...rest } : undefined
}

const conditioned = fields({ conditions: list(condition) })
type Conditioned = ReadFields<{ conditions: Reader<readonly Dated[]> }>

/** The conditions of an object's status. */
export const conditionsOf = ({ status }: { readonly status?: unknown }): readonly Dated[] =>
  conditioned(status)?.conditions ?? []

export const findIn = (conditions: readonly Dated[], type: string): Dated | undefined =>
  conditions.find((condition) => condition.type === type)

/** The same verdict, with its reason and message when it has them. */
const told = (type: string, status: Dated['status'], reason?: string, message?: string): aggregate.Verdict => ({
  type,
  status,
  ...(reason && { reason }),
  ...(message && { message }),
})

/** What clusters say of one thing: true once all say so, false as soon as one does, which is then told with its words. */
function verdict(type: string, members: readonly Said<Conditioned>[], count: number): aggregate.Verdict {
  const each = members.map(({ cluster, status }) => ({ cluster, ...findIn(status.conditions ?? [], type) }))
  const [first] = each
  if (count === each.length && each.every(({ status }) => status === 'True')) return told(type, 'True', first?.reason)
  const against = each.filter(({ status }) => status === 'False')
  const messages = against.map(({ cluster, message }) => (message ? `${cluster}: ${message}` : cluster))
  const [refusal] = against
  return refusal ? told(type, 'False', refusal.reason, messages.join('; ')) : told(type, 'Unknown')
}

/** The conditions that clusters say whole, as one. */
export function sharedConditions(items: readonly AggregatedStatusItem[]): readonly aggregate.Verdict[] {
  const members = said(items, conditioned)
  const types = new Set(members.flatMap(({ status }) => status.conditions ?? []).map(({ type }) => type))
  return [...types].map((type) => verdict(type, members, items.length))
}
