import type { AggregatedStatusItem } from '@flotilla/sdk'
import { said } from './status.ts'

interface Phased {
  readonly phase?: string
}

/**
 * The first of `order` that some member is in; a member that has not said anything yet is `Pending`. Undefined when all
 * are in phases the order does not know.
 */
export function gravest(order: readonly string[], items: readonly AggregatedStatusItem[]): string | undefined {
  const members = said<Phased>(items)
  const phases = new Set(members.map(({ status }) => status.phase))
  if (members.length < items.length) phases.add('Pending')
  return order.find((phase) => phases.has(phase))
}
