import {
  type Account,
  deepEqual,
  type QuotaReclaim,
  type SharedReservation,
  type SharedResourceQuota,
  type Standing,
  timestamp,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, listOf, quantityOf } from '../amounts.ts'
import type { Settled } from '../desk.ts'
import { type Claim, isOf, reservationOf, takes, without } from '../reserve.ts'
import { accounts, saidOf, type Used, usedIn } from './shares.ts'

/** A write of a binding in a namespace that has a share. */
export interface ShareClaim extends Claim {
  readonly namespace: string
}

/** Why a share does not give more: its maximum, the end of all there is, or what is others' when they want it. */
type Limit = 'max' | 'total' | 'lent' | 'owed'

/** What there is too little of. */
export interface ShareExcess {
  readonly quota: SharedResourceQuota
  readonly namespace: string
  readonly resource: string
  readonly limit: Limit
  readonly account: Account
  readonly requested: bigint
}

const nothing: Standing = { used: 0n, guaranteed: 0n, max: 0n, borrowed: 0n, lent: 0n, owed: 0n }

export const standingOf = ({ standings }: Account, namespace: string): Standing => standings.get(namespace) ?? nothing

function limitOf(account: Account, namespace: string, requested: bigint): Limit | undefined {
  const { used, guaranteed, max, owed } = standingOf(account, namespace)
  const free = account.total - account.used
  const wanted = used + requested
  if (requested === 0n) return undefined
  if (wanted > max) return 'max'
  if (wanted <= guaranteed) return requested > free ? 'lent' : undefined
  if (requested > free) return 'total'
  return requested > free - owed ? 'owed' : undefined
}

const isOfShare = (claim: ShareClaim) => {
  const isOfBinding = isOf(claim)
  return (each: SharedReservation): boolean => each.namespace === claim.namespace && isOfBinding(each)
}

const isOfBinding =
  ({ namespace, binding }: ShareClaim) =>
  (each: QuotaReclaim): boolean =>
    each.namespace === namespace && each.binding === binding

/** The quota with, or without, a claim to what is lent; the same when it says so already. */
function reclaiming(
  quota: SharedResourceQuota,
  claim: ShareClaim,
  wanted: Amounts | undefined,
  now: Date,
): SharedResourceQuota {
  const { reclaims = [] } = quota.status ?? {}
  const there = reclaims.find(isOfBinding(claim))
  const { namespace, binding, uid } = claim
  const list = wanted && listOf(wanted, quota.spec.total)
  if (there?.uid === uid && deepEqual(there?.wanted, list)) return quota
  if (!there && !list) return quota
  const others = reclaims.filter((each) => each !== there)
  const reclaim = list && { namespace, binding, ...(uid !== undefined && { uid }), wanted: list, time: timestamp(now) }
  return { ...quota, status: { ...quota.status, reclaims: reclaim ? [...others, reclaim] : others } }
}

/**
 * A shared quota in which a claim has its place, or what there is too little of. Who may not have what is guaranteed, because
 * it is lent, has that written down: nobody borrows it any more then.
 */
export function settleShare(
  quota: SharedResourceQuota,
  used: Used,
  claim: ShareClaim,
  now: Date,
): Settled<SharedResourceQuota, ShareExcess> {
  const { namespace } = claim
  const { reservations = [] } = quota.status ?? {}
  const made = reservations.find(isOfShare(claim))
  const had = made && amountsOf(made.used)
  const lines = [...accounts(quota, usedIn(used))].map(([resource, account]) => {
    const { after, requested } = takes(claim, resource, had)
    return { resource, account, after, requested, limit: limitOf(account, namespace, requested) }
  })
  const short = lines.filter(({ limit }) => limit)
  const [first] = short
  if (first?.limit) {
    const { resource, account, requested, limit } = first
    const wanted = new Map(lines.filter((each) => each.requested > 0n).map((each) => [each.resource, each.requested]))
    const isOwn = short.every(({ limit }) => limit === 'lent')
    return {
      quota: reclaiming(quota, claim, isOwn ? wanted : undefined, now),
      excess: { quota, namespace, resource, limit, account, requested },
    }
  }
  const taken = new Map(lines.map(({ resource, after }) => [resource, after]))
  const more = new Map(lines.map(({ resource, requested }) => [resource, requested]))
  const reservation = { namespace, ...reservationOf(claim, listOf(taken, quota.spec.total), now, made) }
  const { status = {} } = reclaiming(quota, claim, undefined, now)
  const settled = {
    ...quota,
    status: { ...status, reservations: [...reservations.filter((each) => each !== made), reservation] },
  }
  const then = accounts(settled, (other, resource) => {
    const before = usedIn(used)(other, resource)
    return other === namespace ? before + (more.get(resource) ?? 0n) : before
  })
  return { quota: { ...settled, status: { ...settled.status, ...saidOf(quota, then) } } }
}

/** A shared quota without a claim that is of no use any more. What is used is counted anew. */
export function giveBackShare(quota: SharedResourceQuota, claim: ShareClaim): SharedResourceQuota {
  const { reservations = [] } = quota.status ?? {}
  const made = reservations.find(isOfShare(claim))
  return made ? { ...quota, status: { ...quota.status, reservations: without(reservations, made) } } : quota
}

/** What is said of the limit that a claim met. */
const reasons: Readonly<Record<Limit, (excess: ShareExcess, text: (amount: bigint) => string) => string>> = {
  max: ({ namespace }) => `That is the maximum of namespace ${namespace}.`,
  total: () => 'That is all there is for its namespaces together.',
  lent: ({ account, namespace }, text) => {
    const borrowers = [...account.standings].filter(([name, { borrowed }]) => borrowed > 0n && name !== namespace)
    const said = borrowers.map(([name, { borrowed }]) => `${name} (${text(borrowed)})`).join(', ')
    return `It is guaranteed to namespace ${namespace} and lent to ${said || 'others'}: nobody borrows more until it is repaid.`
  },
  owed: ({ account, namespace }, text) =>
    `Nothing is lent to namespace ${namespace} while others wait for what is guaranteed to them: ${text(standingOf(account, namespace).owed)}.`,
}

/** The refusal in words: which quota, which resource, how much, and why. */
export function excessText(excess: ShareExcess): { field: string; message: string; requested: string } {
  const { quota, namespace, resource, limit, account, requested } = excess
  const { name } = quota.metadata
  const text = (amount: bigint) => quantityOf(amount, quota.spec.total[resource])
  const standing = standingOf(account, namespace)
  const [used, hard] = limit === 'max' ? [standing.used, standing.max] : [account.used, account.total]
  const sum = `requested sum ${text(used + requested)}, limit ${text(hard)}. Used ${text(used)}, requested ${text(requested)} more.`
  return {
    field: `${quota.kind}/${name}[${resource}]`,
    message: `SharedResourceQuota(${name}) exceeded for resource ${resource}: ${sum} ${reasons[limit](excess, text)}`,
    requested: text(requested),
  }
}
