import type { AggregatedStatusItem } from '@flotilla/sdk'
import { fields, text } from './read.ts'
import { said } from './status.ts'

/** A status that says in which phase something is. */
export const phased = fields({ phase: text })

/**
 * The first of `order` that some member is in; a member that has not said anything yet is `Pending`. Undefined when all
 * are in phases the order does not know.
 */
export function gravest(order: readonly string[], items: readonly AggregatedStatusItem[]): string | undefined {
  const members = said(items, phased)
  const phases = new Set(members.map(({ status }) => status.phase))
  if (members.length < items.length) phases.add('Pending')
  return order.find((phase) => phases.has(phase))
}
