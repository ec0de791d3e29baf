import {
  type Binding,
  type FederatedResourceQuota,
  type FederatedResourceQuotaSpec,
  type FederatedResourceQuotaStatus,
  federatedResourceQuotaKind,
  type ResourceList,
  type SharedResourceQuota,
  type SharedResourceQuotaStatus,
  type StringMap,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import { binding, manifest } from '@flotilla/sdk/testing'

interface QuotaWords extends Partial<FederatedResourceQuotaSpec> {
  readonly name?: string
  readonly status?: FederatedResourceQuotaStatus
  readonly annotations?: StringMap
}

/** A quota of the namespace `shop`. */
export function quota(words: QuotaWords = {}): FederatedResourceQuota {
  const { name = 'team', status, annotations, overall = { cpu: '10' }, staticAssignments } = words
  const { apiVersion, kind } = federatedResourceQuotaKind
  const about = manifest(apiVersion, kind, {
    name,
    namespace: 'shop',
    uid: 'uid-team',
    ...(annotations && { annotations }),
  })
  return { ...about, spec: { overall, ...(staticAssignments && { staticAssignments }) }, ...(status && { status }) }
}

/** A quota that `shop` and `bank` share: ten CPUs, four of them guaranteed to each; the bank may have eight at most. */
export function shared(
  words: Partial<SharedResourceQuota['spec']> & { readonly status?: SharedResourceQuotaStatus } = {},
): SharedResourceQuota {
  const { status, total = { cpu: '10' } } = words
  const { apiVersion, kind } = sharedResourceQuotaKind
  const shares = words.shares ?? [
    { namespace: 'shop', guaranteed: { cpu: '4' } },
    { namespace: 'bank', guaranteed: { cpu: '4' }, max: { cpu: '8' } },
  ]
  const about = manifest(apiVersion, kind, { name: 'company', uid: 'uid-company' })
  return { ...about, spec: { total, shares }, ...(status && { status }) }
}

interface AppWords {
  readonly namespace?: string
  readonly clusters?: Readonly<Record<string, number>>
  readonly requests?: ResourceList
  readonly generation?: number
  readonly words?: Parameters<typeof binding>[0]
}

/** The binding of an application of the namespace `shop`; each of its replicas asks for one CPU. */
export const app = (
  name: string,
  { namespace = 'shop', clusters = {}, requests = { cpu: '1' }, generation = 1, words }: AppWords = {},
): Binding =>
  binding({
    name,
    namespace,
    uid: `uid-${name}`,
    generation,
    clusters,
    replicaRequirements: { resourceRequest: requests },
    ...words,
  })
