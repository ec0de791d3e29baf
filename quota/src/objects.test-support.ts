import {
  type Binding,
  type FederatedResourceQuota,
  type FederatedResourceQuotaSpec,
  type FederatedResourceQuotaStatus,
  federatedResourceQuotaKind,
  type ResourceList,
  type StringMap,
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

interface AppWords {
  readonly clusters?: Readonly<Record<string, number>>
  readonly requests?: ResourceList
  readonly generation?: number
  readonly words?: Parameters<typeof binding>[0]
}

/** The binding of an application of the namespace `shop`; each of its replicas asks for one CPU. */
export const app = (
  name: string,
  { clusters = {}, requests = { cpu: '1' }, generation = 1, words }: AppWords = {},
): Binding =>
  binding({
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    generation,
    clusters,
    replicaRequirements: { resourceRequest: requests },
    ...words,
  })
