import type { Kind, Manifest, ResourceList } from '@flotilla/sdk'

export interface PersistentVolumeClaim extends Manifest {
  readonly spec: {
    readonly accessModes?: readonly string[]
    readonly storageClassName?: string
    readonly volumeMode?: string
    readonly volumeName?: string
    readonly resources?: { readonly requests?: ResourceList }
  }
  readonly status?: {
    readonly phase?: string
    readonly accessModes?: readonly string[]
    readonly capacity?: ResourceList
  }
}

export const claimKind: Kind<PersistentVolumeClaim> = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  scope: 'Namespaced',
}

export interface PersistentVolume extends Manifest {
  readonly spec: object
  readonly status?: { readonly phase?: string }
}

export const volumeKind: Kind<PersistentVolume> = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'Cluster',
}
