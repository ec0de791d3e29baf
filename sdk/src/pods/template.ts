import type { ResourceList, StringMap, Toleration } from '../manifest.ts'

/** What interpreters know of pods. An API server has checked them: fields have the type they should have, or are not there. */
export interface PodTemplate {
  readonly metadata?: { readonly labels?: StringMap }
  readonly spec?: PodSpec
}

export interface PodSpec {
  readonly containers?: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly ephemeralContainers?: readonly Container[]
  readonly overhead?: ResourceList
  readonly nodeName?: string
  readonly priorityClassName?: string
  readonly nodeSelector?: StringMap
  readonly tolerations?: readonly Toleration[]
  readonly affinity?: { readonly nodeAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: object } }
  readonly imagePullSecrets?: readonly Named[]
  readonly serviceAccountName?: string
  readonly volumes?: readonly Volume[]
}

export interface Container {
  readonly name?: string
  readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList }
  readonly env?: readonly { readonly valueFrom?: { readonly configMapKeyRef?: Named; readonly secretKeyRef?: Named } }[]
  readonly envFrom?: readonly { readonly configMapRef?: Named; readonly secretRef?: Named }[]
  readonly volumeMounts?: readonly object[]
}

export interface Named {
  readonly name?: string
}

interface WithSecret {
  readonly secretRef?: Named
}

/** A volume has one of these. */
export interface Volume {
  readonly configMap?: Named
  readonly secret?: { readonly secretName?: string }
  readonly projected?: { readonly sources?: readonly { readonly configMap?: Named; readonly secret?: Named }[] }
  readonly persistentVolumeClaim?: { readonly claimName?: string }
  readonly azureFile?: { readonly secretName?: string }
  readonly csi?: { readonly nodePublishSecretRef?: Named }
  readonly cephfs?: WithSecret
  readonly cinder?: WithSecret
  readonly flexVolume?: WithSecret
  readonly iscsi?: WithSecret
  readonly rbd?: WithSecret
  readonly scaleIO?: WithSecret
  readonly storageos?: WithSecret
}
