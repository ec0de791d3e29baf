import type { Kind, Manifest, ResourceList } from '@flotilla/sdk'

export interface ResourceQuota extends Manifest {
  readonly spec: { readonly hard?: ResourceList }
  readonly status?: { readonly hard?: ResourceList; readonly used?: ResourceList }
}

export const resourceQuotaKind: Kind<ResourceQuota> = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
}
