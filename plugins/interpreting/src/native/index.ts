import type { Plugin } from '@flotilla/sdk'
import { configMap } from './config-map.ts'
import { cronJob } from './cron-job.ts'
import { daemonSet } from './daemon-set.ts'
import { deployment } from './deployment.ts'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { ingress } from './ingress.ts'
import { job } from './job.ts'
import { persistentVolume } from './persistent-volume.ts'
import { persistentVolumeClaim } from './persistent-volume-claim.ts'
import { pod } from './pod.ts'
import { podDisruptionBudget } from './pod-disruption-budget.ts'
import { replicaSet } from './replica-set.ts'
import { secret } from './secret.ts'
import { service } from './service.ts'
import { serviceAccount } from './service-account.ts'
import { serviceImport } from './service-import.ts'
import { statefulSet } from './stateful-set.ts'

/** The kinds of Kubernetes itself. */
export const nativePlugins: readonly Plugin[] = [
  deployment,
  configMap,
  secret,
  service,
  statefulSet,
  daemonSet,
  job,
  cronJob,
  pod,
  replicaSet,
  ingress,
  serviceAccount,
  persistentVolumeClaim,
  persistentVolume,
  podDisruptionBudget,
  horizontalPodAutoscaler,
  serviceImport,
]
