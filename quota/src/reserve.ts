import {
  type FederatedResourceQuota,
  type FederatedResourceQuotaStatus,
  type QuotaReservation,
  timestamp,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, listOf, requestOf } from './amounts.ts'
import { limitsOf } from './limits.ts'

/** A write of a binding that uses more than it did. */
export interface Claim {
  readonly binding: string
  readonly uid?: string
  /** Before the write; 0 when the binding is to be created. */
  readonly generation: number
  readonly before: Amounts
  readonly after: Amounts
}

/** What there is too little of. */
export interface Excess {
  readonly quota: FederatedResourceQuota
  readonly resource: string
  readonly used: bigint
  /** Beyond what the binding has. */
  readonly requested: bigint
  readonly hard: bigint
}

export type Verdict = { readonly status: FederatedResourceQuotaStatus } | { readonly excess: Excess }

const none: Amounts = new Map()

const isOf =
  ({ binding, uid, generation }: Claim) =>
  (reservation: QuotaReservation): boolean =>
    reservation.binding === binding && reservation.uid === uid && reservation.generation === generation

/** Whether a binding is to use more of something that a quota limits. Who uses less is never held up. */
export const isMore = (quota: FederatedResourceQuota, { before, after }: Claim): boolean =>
  [...limitsOf(quota).keys()].some((resource) => {
    const request = requestOf(resource)
    return (after.get(request) ?? 0n) > (before.get(request) ?? 0n)
  })

/**
 * The status of a quota in which a claim has its place; or what there is too little of. `used`: what is used of the limits.
 * A claim that was made before is not counted twice, and one that is made for less keeps what it had: it cannot be known which
 * of the two writes comes through.
 */
export function reserve(quota: FederatedResourceQuota, used: Amounts, claim: Claim, now: Date): Verdict {
  const { status = {} } = quota
  const { reservations = [] } = status
  const made = reservations.find(isOf(claim))
  const had = made ? amountsOf(made.used) : none
  const [taken, total] = [new Map<string, bigint>(), new Map(used)]
  for (const [resource, hard] of limitsOf(quota)) {
    const request = requestOf(resource)
    const before = larger(claim.before.get(request) ?? 0n, had.get(resource) ?? 0n)
    const after = larger(claim.after.get(request) ?? 0n, before)
    const requested = after - before
    const sum = (used.get(resource) ?? 0n) + requested
    if (requested > 0n && sum > hard)
      return { excess: { quota, resource, used: used.get(resource) ?? 0n, requested, hard } }
    taken.set(resource, after)
    total.set(resource, sum)
  }
  const { binding, uid, generation } = claim
  const reservation: QuotaReservation = {
    binding,
    ...(uid !== undefined && { uid }),
    generation,
    used: listOf(taken, quota.spec.overall),
    time: timestamp(now),
  }
  return {
    status: {
      ...status,
      overallUsed: { ...status.overallUsed, ...listOf(total, quota.spec.overall) },
      reservations: [...reservations.filter((each) => each !== made), reservation],
    },
  }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
