import type { Kind, LabelSelector, Manifest, ObjectMeta } from '@flotilla/sdk'
import type { PodTemplate } from './pod.ts'

/** A condition as workloads have them; `lastUpdateTime` is Deployments', `lastProbeTime` Jobs'. */
export interface WorkloadCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
  readonly lastUpdateTime?: string
  readonly lastProbeTime?: string
}

/** A number, or a part such as `25%`. */
export type Share = number | string

export interface DeploymentSpec {
  readonly replicas?: number
  readonly selector: LabelSelector
  readonly template: PodTemplate
  readonly paused?: boolean
  readonly minReadySeconds?: number
  readonly progressDeadlineSeconds?: number
  readonly revisionHistoryLimit?: number
  readonly strategy?: {
    readonly type?: 'RollingUpdate' | 'Recreate'
    readonly rollingUpdate?: { readonly maxSurge?: Share; readonly maxUnavailable?: Share }
  }
}

export interface DeploymentStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly unavailableReplicas?: number
  readonly collisionCount?: number
  readonly conditions?: readonly WorkloadCondition[]
}

export interface Deployment extends Manifest {
  readonly spec: DeploymentSpec
  readonly status?: DeploymentStatus
}

export const deploymentKind: Kind<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
}

export interface ReplicaSetSpec {
  readonly replicas?: number
  readonly minReadySeconds?: number
  readonly selector: LabelSelector
  readonly template: PodTemplate
}

export interface ReplicaSetStatus {
  readonly replicas: number
  readonly fullyLabeledReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly observedGeneration?: number
}

export interface ReplicaSet extends Manifest {
  readonly spec: ReplicaSetSpec
  readonly status?: ReplicaSetStatus
}

export const replicaSetKind: Kind<ReplicaSet> = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  scope: 'Namespaced',
}

/** A claim as a StatefulSet makes them: with a name, but without a namespace. */
export interface ClaimTemplate {
  readonly metadata: Pick<ObjectMeta, 'name' | 'labels' | 'annotations'>
  readonly spec: object
}

export interface StatefulSetSpec {
  readonly replicas?: number
  readonly serviceName?: string
  readonly selector: LabelSelector
  readonly template: PodTemplate
  readonly volumeClaimTemplates?: readonly ClaimTemplate[]
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel'
  readonly updateStrategy?: {
    readonly type?: 'RollingUpdate' | 'OnDelete'
    readonly rollingUpdate?: { readonly partition?: number }
  }
  readonly minReadySeconds?: number
  readonly revisionHistoryLimit?: number
  readonly ordinals?: { readonly start?: number }
}

export interface StatefulSetStatus {
  readonly observedGeneration?: number
  readonly replicas: number
  readonly readyReplicas?: number
  readonly currentReplicas?: number
  readonly updatedReplicas?: number
  readonly availableReplicas: number
  readonly currentRevision?: string
  readonly updateRevision?: string
  readonly collisionCount?: number
}

export interface StatefulSet extends Manifest {
  readonly spec: StatefulSetSpec
  readonly status?: StatefulSetStatus
}

export const statefulSetKind: Kind<StatefulSet> = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  scope: 'Namespaced',
}

export interface DaemonSetSpec {
  readonly selector: LabelSelector
  readonly template: PodTemplate
  readonly minReadySeconds?: number
  readonly revisionHistoryLimit?: number
  readonly updateStrategy?: {
    readonly type?: 'RollingUpdate' | 'OnDelete'
    readonly rollingUpdate?: { readonly maxUnavailable?: Share }
  }
}

export interface DaemonSetStatus {
  readonly currentNumberScheduled: number
  readonly numberMisscheduled: number
  readonly desiredNumberScheduled: number
  readonly numberReady: number
  readonly observedGeneration?: number
  readonly updatedNumberScheduled?: number
  readonly numberAvailable?: number
  readonly numberUnavailable?: number
}

export interface DaemonSet extends Manifest {
  readonly spec: DaemonSetSpec
  readonly status?: DaemonSetStatus
}

export const daemonSetKind: Kind<DaemonSet> = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  scope: 'Namespaced',
}

export interface JobSpec {
  readonly parallelism?: number
  readonly completions?: number
  readonly completionMode?: 'NonIndexed' | 'Indexed'
  readonly backoffLimit?: number
  readonly activeDeadlineSeconds?: number
  readonly ttlSecondsAfterFinished?: number
  readonly suspend?: boolean
  readonly template: PodTemplate
}

export interface JobStatus {
  readonly startTime?: string
  readonly completionTime?: string
  readonly active?: number
  readonly ready?: number
  readonly terminating?: number
  readonly succeeded?: number
  readonly failed?: number
  readonly completedIndexes?: string
  readonly uncountedTerminatedPods?: object
  readonly conditions?: readonly WorkloadCondition[]
}

export interface Job extends Manifest {
  readonly spec: JobSpec
  readonly status?: JobStatus
}

export const jobKind: Kind<Job> = { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', scope: 'Namespaced' }

export interface CronJobSpec {
  /** Five parts: `30 4 * * *`. */
  readonly schedule: string
  readonly timeZone?: string
  readonly suspend?: boolean
  readonly concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace'
  readonly startingDeadlineSeconds?: number
  readonly successfulJobsHistoryLimit?: number
  readonly failedJobsHistoryLimit?: number
  readonly jobTemplate: {
    readonly metadata?: Pick<ObjectMeta, 'labels' | 'annotations'>
    readonly spec: JobSpec
  }
}

export interface CronJobStatus {
  readonly active?: readonly { readonly name: string; readonly uid?: string }[]
  readonly lastScheduleTime?: string
  readonly lastSuccessfulTime?: string
}

export interface CronJob extends Manifest {
  readonly spec: CronJobSpec
  readonly status?: CronJobStatus
}

export const cronJobKind: Kind<CronJob> = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  scope: 'Namespaced',
}
