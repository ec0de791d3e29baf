import type { LabelSelector, StringMap, Toleration } from '@flotilla/sdk'
import type { Amounts } from './checks.ts'

/** The parts of a Pod's spec that have rules beyond their schema. Which of them are there, the schema makes sure of. */
export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly ephemeralContainers?: readonly Container[]
  readonly volumes?: readonly Volume[]
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  readonly terminationGracePeriodSeconds?: number
  readonly activeDeadlineSeconds?: number
  readonly nodeSelector?: StringMap
  readonly nodeName?: string
  readonly serviceAccountName?: string
  readonly serviceAccount?: string
  readonly hostNetwork?: boolean
  readonly hostname?: string
  readonly subdomain?: string
  readonly priority?: number
  readonly priorityClassName?: string
  readonly preemptionPolicy?: string
  readonly enableServiceLinks?: boolean
  readonly tolerations?: readonly Toleration[]
  readonly dnsPolicy?: string
  readonly dnsConfig?: { readonly nameservers?: readonly string[] }
  readonly topologySpreadConstraints?: readonly SpreadConstraint[]
  readonly readinessGates?: readonly { readonly conditionType: string }[]
  readonly schedulingGates?: readonly { readonly name: string }[]
  readonly overhead?: Amounts
  readonly affinity?: Affinity
  readonly securityContext?: SecurityContext
  readonly shareProcessNamespace?: boolean
  readonly hostPID?: boolean
  readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[]
}

export interface NodeTerm {
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

export interface PodTerm {
  readonly topologyKey: string
  readonly labelSelector?: LabelSelector
}

interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[]
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number
    readonly podAffinityTerm: PodTerm
  }[]
}

export interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly NodeTerm[] }
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      readonly weight: number
      readonly preference: NodeTerm
    }[]
  }
  readonly podAffinity?: PodAffinity
  readonly podAntiAffinity?: PodAffinity
}

export interface SecurityContext {
  readonly runAsUser?: number
  readonly runAsGroup?: number
  readonly fsGroup?: number
  readonly supplementalGroups?: readonly number[]
  readonly sysctls?: readonly { readonly name: string; readonly value: string }[]
  readonly seccompProfile?: { readonly type?: string; readonly localhostProfile?: string }
}

export interface SpreadConstraint {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly whenUnsatisfiable: string
  readonly minDomains?: number
  readonly labelSelector?: LabelSelector
}

export interface Container {
  readonly name: string
  readonly image?: string
  readonly imagePullPolicy?: string
  readonly restartPolicy?: string
  readonly ports?: readonly ContainerPort[]
  readonly env?: readonly EnvVar[]
  readonly resources?: { readonly limits?: Amounts; readonly requests?: Amounts }
  readonly volumeMounts?: readonly {
    readonly name: string
    readonly mountPath: string
    readonly subPath?: string
    readonly subPathExpr?: string
  }[]
  readonly envFrom?: readonly { readonly configMapRef?: object; readonly secretRef?: object }[]
  readonly securityContext?: SecurityContext
  readonly lifecycle?: { readonly preStop?: Probe; readonly postStart?: Probe }
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
}

export interface ContainerPort {
  readonly name?: string
  readonly containerPort: number
  readonly hostPort?: number
  readonly hostIP?: string
  readonly protocol?: string
}

interface KeyRef {
  readonly name?: string
  readonly key?: string
}

export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly fieldRef?: object
    readonly resourceFieldRef?: object
    readonly configMapKeyRef?: KeyRef
    readonly secretKeyRef?: KeyRef
    readonly fileKeyRef?: object
  }
}

export interface Probe {
  readonly exec?: { readonly command?: readonly string[] }
  readonly httpGet?: { readonly port: number | string }
  readonly tcpSocket?: { readonly port: number | string }
  readonly grpc?: { readonly port: number }
  readonly initialDelaySeconds?: number
  readonly timeoutSeconds?: number
  readonly periodSeconds?: number
  readonly successThreshold?: number
  readonly failureThreshold?: number
}

/** A name, and one field that says where the volume comes from. */
export interface Volume {
  readonly name: string
  readonly [source: string]: unknown
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap }
  readonly spec: PodSpec
}
