import type { FederatedResourceQuota, FederatedResourceQuotaSpec } from '@flotilla/sdk'
import { type Amounts, amountsOf, isAsked } from './amounts.ts'

const known = new WeakMap<FederatedResourceQuotaSpec, Amounts>()

/** The limits over all clusters that bindings are held to. Quotas are frozen: each is read once. */
export function limitsOf({ spec }: FederatedResourceQuota): Amounts {
  const found = known.get(spec)
  if (found) return found
  const limits = new Map([...amountsOf(spec.overall)].filter(([resource]) => isAsked(resource)))
  known.set(spec, limits)
  return limits
}
