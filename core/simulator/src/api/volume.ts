import type { Kind, LabelSelector, Manifest, ResourceList } from '@flotilla/sdk'

export interface PersistentVolumeClaim extends Manifest {
  readonly spec: {
    readonly accessModes?: readonly string[]
    /** Empty: of a volume that somebody made. */
    readonly storageClassName?: string
    readonly selector?: LabelSelector
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
  readonly spec: {
    readonly accessModes?: readonly string[]
    readonly capacity?: ResourceList
    readonly storageClassName?: string
    readonly volumeMode?: string
    readonly persistentVolumeReclaimPolicy?: string
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string }
  }
  readonly status?: { readonly phase?: string }
}

export const volumeKind: Kind<PersistentVolume> = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'Cluster',
}
