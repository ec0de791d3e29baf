import {
  type Account,
  type Binding,
  type Condition,
  findCondition,
  type QuotaReclaim,
  type SharedReservation,
  type SharedResourceQuota,
  type SharedResourceQuotaStatus,
  setCondition,
} from '@flotilla/sdk'
import { quantityOf } from '../amounts.ts'
import { type IsGone, lag } from '../count.ts'
import { manyIdle } from '../status.ts'
import { count } from './count.ts'
import { accounts, saidOf, usedIn } from './shares.ts'

/** What the status of a shared quota is made of. */
export interface Seen {
  readonly quota: SharedResourceQuota
  readonly bindingsOf: (namespace: string) => readonly Binding[]
  readonly now: Date
  readonly isGone?: IsGone
}

export interface Told {
  readonly status: SharedResourceQuotaStatus
  /** Milliseconds until something counts no more by itself. */
  readonly again?: number
}

type Said = Omit<Condition, 'lastTransitionTime'>

/** For how many milliseconds more a binding may wait for what is guaranteed; no end while it says that it waits. */
function waitsFor({ uid, time }: QuotaReclaim, binding: Binding | undefined, now: Date): number {
  const left = lag - (now.getTime() - Date.parse(time))
  if (Number.isNaN(left) || (binding && uid !== undefined && binding.metadata.uid !== uid)) return 0
  const scheduled = findCondition(binding?.status?.conditions, 'Scheduled')
  const says = binding && scheduled?.status === 'False' && scheduled.reason === 'QuotaExceeded'
  return says ? Number.POSITIVE_INFINITY : left
}

function* overs({ spec }: SharedResourceQuota, all: ReadonlyMap<string, Account>): Iterable<string> {
  for (const [resource, { total, used, standings }] of all) {
    const text = (amount: bigint) => quantityOf(amount, spec.total[resource])
    if (used > total) yield `${resource}: ${text(used)} used of ${text(total)}`
    for (const [namespace, { used, max }] of standings) {
      if (used > max) yield `${resource}: ${text(used)} used of ${text(max)} by namespace ${namespace}`
    }
  }
}

function limitsSaid(quota: SharedResourceQuota, all: ReadonlyMap<string, Account>): Said {
  const type = 'WithinLimits'
  const over = [...overs(quota, all)]
  if (over.length === 0) return { type, status: 'True', reason: type, message: 'No more is used than there is.' }
  const message = `${over.join('; ')}. Nothing more is scheduled that needs them, and nothing that runs is ended.`
  return { type, status: 'False', reason: 'LimitsExceeded', message: message.slice(0, 1024) }
}

/** What namespaces wait for that is guaranteed to them, and who has it. */
function repaidSaid(
  { spec }: SharedResourceQuota,
  reclaims: readonly QuotaReclaim[],
  all: ReadonlyMap<string, Account>,
): Said {
  const type = 'Repaid'
  const waiting = [...new Set(reclaims.map(({ namespace }) => namespace))]
  if (waiting.length === 0) {
    return { type, status: 'True', reason: type, message: 'No namespace waits for what is guaranteed to it.' }
  }
  const borrowers = [...all].flatMap(([resource, { standings }]) =>
    [...standings].flatMap(([namespace, { borrowed }]) =>
      borrowed > 0n ? [`${namespace} ${quantityOf(borrowed, spec.total[resource])} of ${resource}`] : [],
    ),
  )
  const said = `${waiting.join(', ')} ${waiting.length > 1 ? 'wait' : 'waits'} for what is guaranteed. Borrowed: ${borrowers.join(', ') || 'nothing'}`
  return { type, status: 'False', reason: 'Reclaimed', message: `${said.slice(0, 950)}. Nobody borrows more until it is repaid.` } // biome-ignore format: one sentence
}

/** What is to be said of a shared quota now; the very same status when that is said. */
export function statusOf({ quota, bindingsOf, now, isGone }: Seen, isSame: (a: unknown, b: unknown) => boolean): Told {
  const counts = quota.spec.shares.map(({ namespace }) => {
    const bindings = bindingsOf(namespace)
    return { namespace, counted: count(quota, namespace, bindings, now, isGone) }
  })
  const waits = (quota.status?.reclaims ?? []).map((reclaim) => {
    const binding = bindingsOf(reclaim.namespace).find(({ metadata }) => metadata.name === reclaim.binding)
    return { reclaim, left: waitsFor(reclaim, binding, now) }
  })
  const reclaims = waits.filter(({ left }) => left > 0).map(({ reclaim }) => reclaim)
  const about = { ...quota, status: { ...quota.status, reclaims } }
  const all = accounts(about, usedIn(new Map(counts.map(({ namespace, counted }) => [namespace, counted.used]))))
  const { reservations: there = [], ...before } = quota.status ?? {}
  const within = setCondition(quota.status?.conditions, limitsSaid(quota, all), now)
  const after: SharedResourceQuotaStatus = {
    total: quota.spec.total,
    ...saidOf(quota, all),
    ...(reclaims.length > 0 && { reclaims }),
    conditions: setCondition(within, repaidSaid(quota, reclaims, all), now),
  }
  const kept = counts.flatMap(({ counted }): readonly SharedReservation[] => counted.kept)
  const ends = [
    ...counts.flatMap(({ counted }) => counted.again ?? []),
    ...waits.filter(({ left }) => left > 0 && Number.isFinite(left)).map(({ left }) => left + 50),
  ]
  const again = ends.length > 0 && { again: Math.min(...ends) }
  const { status } = quota
  const isSaid = isSame({ ...before, reclaims: before.reclaims ?? [] }, { ...after, reclaims })
  if (status && isSaid && there.length - kept.length < manyIdle) return { status, ...again }
  return { status: { ...after, ...(kept.length > 0 && { reservations: kept }) }, ...again }
}
