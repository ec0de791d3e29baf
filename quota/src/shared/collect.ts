import {
  again,
  type Change,
  type Controller,
  deepEqual,
  done,
  findCondition,
  type Host,
  isConflict,
  isNotFound,
  type Key,
  keyOf,
  type Manifest,
  type Outcome,
  parseQuantity,
  reasonOf,
  resourceBindingKind,
  type SharedResourceQuota,
  type SharedResourceQuotaStatus,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import { isOfQuotas } from '../collect.ts'
import { Gone } from '../gone.ts'
import { ofNamespace } from './shares.ts'
import { statusOf } from './status.ts'

/** Shares as metrics: how much of all there is is used, and what namespaces have of each other. */
function meter({ metrics }: Host) {
  const ratio = metrics.gauge({
    name: 'flotilla_shared_quota_used_ratio',
    help: 'How much of a limit of a SharedResourceQuota is used by its namespaces together; 1 is all of it.',
    labels: ['name', 'resource'],
  })
  const labels = ['name', 'namespace', 'resource']
  const amounts = {
    borrowed: metrics.gauge({
      name: 'flotilla_shared_quota_borrowed',
      help: 'What a namespace uses beyond its guarantee.',
      labels,
    }),
    lent: metrics.gauge({
      name: 'flotilla_shared_quota_lent',
      help: "What others use of a namespace's guarantee.",
      labels,
    }),
  }
  const forgets = new Map<string, readonly (() => void)[]>()
  return (name: string, status: SharedResourceQuotaStatus = {}) => {
    for (const forget of forgets.get(name) ?? []) forget()
    const ends: (() => void)[] = []
    for (const [resource, used] of Object.entries(status.used ?? {})) {
      const [is, most] = [parseQuantity(used), parseQuantity(status.total?.[resource] ?? 0)]
      ratio.set(most > 0n ? Number(is) / Number(most) : is > 0n ? Number.POSITIVE_INFINITY : 0, { name, resource })
      ends.push(() => ratio.forget({ name, resource }))
    }
    for (const { namespace, borrowed, lent } of status.shares ?? []) {
      for (const [word, list] of Object.entries({ borrowed, lent } as const)) {
        const gauge = amounts[word as 'borrowed' | 'lent']
        for (const [resource, amount] of Object.entries(list ?? {})) {
          const labels = { name, namespace, resource }
          gauge.set(Number(parseQuantity(amount)) / 1000, labels)
          ends.push(() => gauge.forget(labels))
        }
      }
    }
    if (ends.length > 0) forgets.set(name, ends)
    else forgets.delete(name)
  }
}

/** Says once that something is claimed back. */
function tell({ event }: Host, quota: SharedResourceQuota, status: SharedResourceQuotaStatus): void {
  const [before, after] = [quota.status, status].map((each) => findCondition(each?.conditions, 'Repaid'))
  if (after?.status === 'False' && before?.status !== 'False')
    event(quota, 'Warning', 'QuotaReclaimed', after.message ?? '')
}

/** Keeps the status of shared quotas: what is used by each namespace, and what they have of each other. */
export function sharedStatus(host: Host): Controller {
  const quotas = host.store(sharedResourceQuotaKind)
  const measure = meter(host)
  const isGone = new Gone(host.store(resourceBindingKind)).has
  const touched = (change: Change<Manifest>): readonly Key[] => {
    const { namespace } = (change.after ?? change.before)?.metadata ?? {}
    return namespace === undefined || change.initial ? [] : quotas.by(ofNamespace, namespace).map(keyOf)
  }
  return host
    .controller('shared-status')
    .for(sharedResourceQuotaKind)
    .watches(resourceBindingKind, (change) => (isOfQuotas(change) || isWaiting(change) ? touched(change) : []))
    .reconcile(async (quota, key, signal) => {
      if (quota && !quota.metadata.deletionTimestamp) return collect(host, quota, { isGone, measure, signal })
      measure(key.name)
      return done
    })
}

/** Whether a binding waits, or does not any longer. */
const isWaiting = ({ before, after }: Change<Manifest>): boolean =>
  !deepEqual(before?.status && scheduledOf(before), after?.status && scheduledOf(after))

const scheduledOf = ({ status }: Manifest) => {
  const { conditions } = status as { conditions?: Parameters<typeof findCondition>[0] }
  return findCondition(conditions, 'Scheduled')?.reason
}

interface Collecting {
  readonly isGone: (uid: string) => boolean
  readonly measure: (name: string, status?: SharedResourceQuotaStatus) => void
  readonly signal: AbortSignal
}

async function collect(
  host: Host,
  quota: SharedResourceQuota,
  { isGone, measure, signal }: Collecting,
): Promise<Outcome> {
  const { client, store, event, now } = host
  const bindingsOf = (namespace: string) => store(resourceBindingKind).list(namespace)
  const { status, again: wait } = statusOf({ quota, bindingsOf, now: now(), isGone }, deepEqual)
  measure(quota.metadata.name, status)
  if (status !== quota.status) {
    try {
      await client.update(sharedResourceQuotaKind, { ...quota, status }, { subresource: 'status', signal })
      tell(host, quota, status)
    } catch (error) {
      if (isNotFound(error)) return done
      if (!isConflict(error)) event(quota, 'Warning', 'CollectOverallStatusFailed', reasonOf(error))
      throw error
    }
  }
  return wait === undefined ? done : again(wait)
}
