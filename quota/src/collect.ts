import {
  again,
  type Binding,
  type Change,
  type Controller,
  clusterKind,
  deepEqual,
  done,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  type Host,
  isConflict,
  isNotFound,
  type Key,
  keyOf,
  keyText,
  type Outcome,
  quotaShares,
  reasonOf,
  resourceBindingKind,
  workKind,
} from '@flotilla/sdk'
import type { IsGone } from './count.ts'
import { Gone } from './gone.ts'
import { Levels, shareText } from './levels.ts'
import { statusOf } from './status.ts'
import { usageOf } from './usage.ts'
import { changedCluster, quotaOfSaid, quotasOfCluster, worksOf } from './works.ts'

export interface CollectOptions {
  readonly isEnforced: boolean
  /** Shares, in percent, that are told of when they are passed. */
  readonly thresholds: readonly number[]
}

/** The shares as metrics, and as events when they pass a threshold. */
function teller({ metrics, event }: Host, thresholds: readonly number[]) {
  const levels = new Levels(thresholds)
  const ratio = metrics.gauge({
    name: 'flotilla_quota_used_ratio',
    help: 'How much of an overall limit of a FederatedResourceQuota is used; 1 is all of it.',
    labels: ['namespace', 'name', 'resource'],
  })
  const measured = new Map<string, readonly string[]>()
  const labelsOf = ({ namespace = '', name }: Key, resource: string) => ({ namespace, name, resource })
  const measure = (key: Key, resources: ReadonlyMap<string, number>) => {
    for (const gone of measured.get(keyText(key)) ?? []) if (!resources.has(gone)) ratio.forget(labelsOf(key, gone))
    for (const [resource, value] of resources) ratio.set(value, labelsOf(key, resource))
    if (resources.size > 0) measured.set(keyText(key), [...resources.keys()])
    else measured.delete(keyText(key))
  }
  return {
    tell(quota: FederatedResourceQuota): void {
      const now = quotaShares(quota)
      const key = keyOf(quota)
      const overall = now.filter(({ cluster }) => cluster === undefined)
      measure(key, new Map(overall.map((share) => [share.resource, share.ratio])))
      for (const share of levels.passed(keyText(key), now)) event(quota, 'Warning', 'QuotaNearLimit', shareText(share))
    },
    forget(key: Key): void {
      levels.forget(keyText(key))
      measure(key, new Map())
    },
  }
}

/** Whether a binding uses something else than before, or something that was allowed has come through. */
export const isOfQuotas = ({ before, after }: Change<Binding>): boolean =>
  !before ||
  !after ||
  before.metadata.generation !== after.metadata.generation ||
  !deepEqual(usageOf(before).total, usageOf(after).total)

/** Keeps the status of quotas: what is used, overall and in each cluster. Nobody is asked: Works and bindings are heard of. */
export function quotaStatus(host: Host, { isEnforced, thresholds }: CollectOptions): Controller {
  const quotas = host.store(federatedResourceQuotaKind)
  const { tell, forget } = teller(host, thresholds)
  const isGone = new Gone(host.store(resourceBindingKind)).has
  const ofNamespace = (change: Change<Binding>): readonly Key[] => {
    const { namespace } = (change.after ?? change.before)?.metadata ?? {}
    return isEnforced && !change.initial && isOfQuotas(change) ? quotas.list(namespace).map(keyOf) : []
  }
  return host
    .controller('status')
    .for(federatedResourceQuotaKind)
    .watches(resourceBindingKind, ofNamespace)
    .watches(workKind, quotaOfSaid)
    .watches(clusterKind, (change) => {
      const cluster = changedCluster(change)
      return cluster === undefined ? [] : quotasOfCluster(quotas, cluster)
    })
    .reconcile(async (quota, key, signal) => {
      if (quota && !quota.metadata.deletionTimestamp) return collect(host, quota, { isEnforced, isGone, tell, signal })
      forget(key)
      return done
    })
}

interface Collecting {
  readonly isEnforced: boolean
  readonly isGone: IsGone
  readonly tell: (quota: FederatedResourceQuota) => void
  readonly signal: AbortSignal
}

async function collect(
  { client, store, event, now }: Host,
  quota: FederatedResourceQuota,
  { isEnforced, isGone, tell, signal }: Collecting,
): Promise<Outcome> {
  const { status, again: wait } = statusOf(
    {
      quota,
      bindings: store(resourceBindingKind).list(quota.metadata.namespace),
      works: worksOf(store(workKind), keyOf(quota)),
      clusters: store(clusterKind).list(),
      now: now(),
      isEnforced,
      isGone,
    },
    deepEqual,
  )
  tell({ ...quota, status })
  if (status !== quota.status) {
    const reason = isEnforced ? 'CollectOverallStatus' : 'AggregateStatus'
    try {
      await client.update(federatedResourceQuotaKind, { ...quota, status }, { subresource: 'status', signal })
      event(quota, 'Normal', `${reason}Succeed`, 'Collected what is used.')
    } catch (error) {
      if (isNotFound(error)) return done
      if (!isConflict(error)) event(quota, 'Warning', `${reason}Failed`, reasonOf(error))
      throw error
    }
  }
  return wait === undefined ? done : again(wait)
}
