import type { Manifest, OwnerReference } from './manifest.ts'

/** The reference that makes an object belong to its controller, and go with it. */
export const controllerReference = ({
  apiVersion,
  kind,
  metadata: { name, uid = '' },
}: Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
})
