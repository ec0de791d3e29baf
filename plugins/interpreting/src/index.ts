import type { Plugin } from '@flotilla/sdk'
import { configMap } from './native/config-map.ts'
import { cronJob } from './native/cron-job.ts'
import { daemonSet } from './native/daemon-set.ts'
import { deployment } from './native/deployment.ts'
import { horizontalPodAutoscaler } from './native/horizontal-pod-autoscaler.ts'
import { ingress } from './native/ingress.ts'
import { job } from './native/job.ts'
import { persistentVolume } from './native/persistent-volume.ts'
import { persistentVolumeClaim } from './native/persistent-volume-claim.ts'
import { pod } from './native/pod.ts'
import { podDisruptionBudget } from './native/pod-disruption-budget.ts'
import { replicaSet } from './native/replica-set.ts'
import { secret } from './native/secret.ts'
import { service } from './native/service.ts'
import { serviceAccount } from './native/service-account.ts'
import { serviceImport } from './native/service-import.ts'
import { statefulSet } from './native/stateful-set.ts'

/** The kinds Flotilla knows by itself, those most asked about first. */
export const interpretingPlugins: readonly Plugin[] = [
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
