import {
  type FederatedResourceQuota,
  type FederatedResourceQuotaStatus,
  type QuotaReservation,
  type ResourceList,
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

export const isOf =
  ({ binding, uid, generation }: Claim) =>
  (reservation: QuotaReservation): boolean =>
    reservation.binding === binding && reservation.uid === uid && reservation.generation === generation

/** What a claim comes to of one resource: what it takes in all, and how much of that is new. */
export function takes(claim: Claim, resource: string, had: Amounts = none): { after: bigint; requested: bigint } {
  const request = requestOf(resource)
  const before = larger(claim.before.get(request) ?? 0n, had.get(resource) ?? 0n)
  const after = larger(claim.after.get(request) ?? 0n, before)
  return { after, requested: after - before }
}

/** A claim as it is written down. */
export const reservationOf = (
  { binding, uid, generation }: Claim,
  used: ResourceList,
  now: Date,
  made?: QuotaReservation,
): QuotaReservation => ({
  binding,
  ...(uid !== undefined && { uid }),
  generation,
  used,
  time: timestamp(now),
  ...(made && { tries: (made.tries ?? 1) + 1 }),
})

/** Reservations without a write that came to nothing. What was allowed for another one, too, stays: that may come through. */
export function without<R extends QuotaReservation>(all: readonly R[], made: R): readonly R[] {
  const { tries = 1 } = made
  if (tries <= 1) return all.filter((each) => each !== made)
  return all.map((each) => (each === made ? { ...each, tries: tries - 1 } : each))
}

/** Whether a binding is to use more of something that is limited. Who uses less is never held up. */
export const usesMore = (resources: Iterable<string>, { before, after }: Claim): boolean =>
  [...resources].some((resource) => {
    const request = requestOf(resource)
    return (after.get(request) ?? 0n) > (before.get(request) ?? 0n)
  })

export const isMore = (quota: FederatedResourceQuota, claim: Claim): boolean => usesMore(limitsOf(quota).keys(), claim)

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
    const { after, requested } = takes(claim, resource, had)
    const sum = (used.get(resource) ?? 0n) + requested
    if (requested > 0n && sum > hard)
      return { excess: { quota, resource, used: used.get(resource) ?? 0n, requested, hard } }
    taken.set(resource, after)
    total.set(resource, sum)
  }
  const reservation = reservationOf(claim, listOf(taken, quota.spec.overall), now, made)
  return {
    status: {
      ...status,
      overallUsed: { ...status.overallUsed, ...listOf(total, quota.spec.overall) },
      reservations: [...reservations.filter((each) => each !== made), reservation],
    },
  }
}

/** A quota without a claim that is of no use any more. What is used is counted anew. */
export function giveBack(quota: FederatedResourceQuota, claim: Claim): FederatedResourceQuota {
  const { reservations = [] } = quota.status ?? {}
  const made = reservations.find(isOf(claim))
  return made ? { ...quota, status: { ...quota.status, reservations: without(reservations, made) } } : quota
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
