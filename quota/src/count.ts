import type { Binding, FederatedResourceQuota, QuotaReservation } from '@flotilla/sdk'
import { type Amounts, amountsOf, requestOf } from './amounts.ts'
import { limitsOf } from './limits.ts'
import { isAbout } from './scope.ts'
import { usageOf } from './usage.ts'

/** How long a write that was allowed may take. */
const patience = 60_000

/** How far a cache may lag behind another one. */
export const lag = 5_000

export interface Counted<R extends QuotaReservation = QuotaReservation> {
  readonly used: Amounts
  /** The reservations that are needed yet. */
  readonly kept: readonly R[]
  /** Milliseconds until one of them counts no more by itself. */
  readonly again?: number
}

const ageOf = ({ time }: QuotaReservation, now: Date): number => now.getTime() - Date.parse(time)

/** Whether a binding of that UID was seen to go. */
export type IsGone = (uid: string) => boolean

/**
 * For how many milliseconds more a binding may be about to use what it was allowed to, as far as this cache knows. A cache that
 * has not heard of the binding may lag.
 */
export function openFor(
  reservation: QuotaReservation,
  binding: Binding | undefined,
  now: Date,
  isGone: IsGone = () => false,
): number {
  const { uid, generation } = reservation
  const age = ageOf(reservation, now)
  if (Number.isNaN(age)) return 0
  if (generation === 0) return (binding ? lag : patience) - age
  if (!binding) return uid !== undefined && isGone(uid) ? 0 : lag - age
  if (uid !== undefined && binding.metadata.uid !== uid) return 0
  return (binding.metadata.generation ?? 0) <= generation ? patience - age : 0
}

function addTo(sum: Map<string, bigint>, used: (resource: string) => bigint): void {
  for (const [resource, amount] of sum) sum.set(resource, amount + used(resource))
}

/** What is counted against a quota in one namespace. */
export interface Counting<R extends QuotaReservation> {
  readonly resources: Iterable<string>
  readonly reservations: readonly R[]
  readonly isAbout: (binding: Binding) => boolean
}

/** What the bindings of a namespace use of some resources, each at least what it was allowed to use just now. */
export function countOf<R extends QuotaReservation>(
  { resources, reservations, isAbout }: Counting<R>,
  bindings: readonly Binding[],
  now: Date,
  isGone?: IsGone,
): Counted<R> {
  const byName = new Map(reservations.length > 0 ? bindings.map((each) => [each.metadata.name, each]) : [])
  const times = new Map(reservations.map((each) => [each, openFor(each, byName.get(each.binding), now, isGone)]))
  const open = reservations.filter((each) => (times.get(each) ?? 0) > 0)
  const reserved = new Map<string, Amounts[]>()
  for (const { binding, used } of open) reserved.set(binding, [...(reserved.get(binding) ?? []), amountsOf(used)])
  const sum = new Map([...resources].map((resource) => [resource, 0n]))
  const mostOf = (name: string, resource: string, least: bigint) =>
    (reserved.get(name) ?? []).reduce((most, amounts) => {
      const amount = amounts.get(resource) ?? 0n
      return amount > most ? amount : most
    }, least)
  for (const binding of bindings) {
    const { total } = usageOf(binding)
    const { name } = binding.metadata
    if (isAbout(binding)) addTo(sum, (resource) => mostOf(name, resource, total.get(requestOf(resource)) ?? 0n))
    else if (reserved.has(name)) addTo(sum, (resource) => mostOf(name, resource, 0n))
    reserved.delete(name)
  }
  for (const name of reserved.keys()) addTo(sum, (resource) => mostOf(name, resource, 0n))
  const waits = open.map((each) => times.get(each) ?? 0)
  return {
    used: sum,
    kept: reservations.filter((each) => open.includes(each) || ageOf(each, now) <= lag),
    ...(waits.length > 0 && { again: Math.min(...waits) + 50 }),
  }
}

/** What the bindings of a quota's namespace use of its limits. */
export const count = (
  quota: FederatedResourceQuota,
  bindings: readonly Binding[],
  now: Date,
  isGone?: IsGone,
): Counted =>
  countOf(
    {
      resources: limitsOf(quota).keys(),
      reservations: quota.status?.reservations ?? [],
      isAbout: (binding) => isAbout(quota, binding),
    },
    bindings,
    now,
    isGone,
  )
