import { type Change, type Controller, done, formatOf, formatQuantity, keyOf, type ResourceList } from '@flotilla/sdk'
import { type Pod, podKind } from '../api/pod.ts'
import { type ResourceQuota, resourceQuotaKind } from '../api/resource-quota.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { type Amounts, plus, requests } from '../node/amounts.ts'
import { isActive } from '../pod/condition.ts'

const none: Amounts = new Map()

/** What pods use of what a quota limits; of what is not theirs, nothing. */
export function usedOf({ spec }: ResourceQuota, pods: readonly Pod[]): ResourceList {
  const sum = pods
    .filter(isActive)
    .map((pod) => requests(pod.spec))
    .reduce(plus, none)
  const entries = Object.entries(spec.hard ?? {}).map(([resource, limit]) => {
    const milli = sum.get(resource.replace(/^requests\./, '')) ?? 0
    return [resource, formatQuantity(BigInt(milli), formatOf(limit))]
  })
  return Object.fromEntries(entries)
}

/** Counts what is used of each quota. It refuses nothing: that is the business of an API server's admission. */
export function quotaController(machine: Machine): Controller {
  const quotas = new Cached(machine, resourceQuotaKind)
  const pods = machine.store(podKind)
  const ofNamespace = ({ before, after }: Change<Pod>) =>
    quotas.store.list((after ?? before)?.metadata.namespace).map(keyOf)
  return machine
    .controller('resourcequota')
    .for(resourceQuotaKind)
    .watches(podKind, ofNamespace)
    .reconcile(async (quota) => {
      if (!quota || quota.metadata.deletionTimestamp) return done
      const used = usedOf(quota, pods.list(quota.metadata.namespace))
      await quotas.setStatus(quota, { hard: quota.spec.hard ?? {}, used })
      return done
    })
}
