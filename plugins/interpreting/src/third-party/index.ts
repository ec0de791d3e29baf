import type { Plugin } from '@flotilla/sdk'
import { workflow } from './argo/workflow.ts'
import { flinkDeployment } from './flink/flink-deployment.ts'
import { bucket } from './flux/bucket.ts'
import { gitRepository } from './flux/git-repository.ts'
import { helmChart } from './flux/helm-chart.ts'
import { helmRelease } from './flux/helm-release.ts'
import { helmRepository } from './flux/helm-repository.ts'
import { kustomization } from './flux/kustomization.ts'
import { ociRepository } from './flux/oci-repository.ts'
import { advancedCronJob } from './kruise/advanced-cron-job.ts'
import { broadcastJob } from './kruise/broadcast-job.ts'
import { cloneSet } from './kruise/clone-set.ts'
import { kruiseDaemonSet } from './kruise/daemon-set.ts'
import { sidecarSet } from './kruise/sidecar-set.ts'
import { kruiseStatefulSet } from './kruise/stateful-set.ts'
import { unitedDeployment } from './kruise/united-deployment.ts'
import { mpiJob } from './kubeflow/mpi-job.ts'
import { notebook } from './kubeflow/notebook.ts'
import { pyTorchJob } from './kubeflow/py-torch-job.ts'
import { tfJob } from './kubeflow/tf-job.ts'
import { clusterPolicy } from './kyverno/cluster-policy.ts'
import { policy } from './kyverno/policy.ts'
import { rayCluster } from './ray/ray-cluster.ts'
import { rayJob } from './ray/ray-job.ts'
import { rayService } from './ray/ray-service.ts'
import { sparkApplication } from './spark/spark-application.ts'
import { volcanoJob } from './volcano/job.ts'

/** The kinds of other projects that Flotilla knows, project by project. */
export const thirdPartyPlugins: readonly Plugin[] = [
  advancedCronJob,
  broadcastJob,
  cloneSet,
  kruiseDaemonSet,
  sidecarSet,
  kruiseStatefulSet,
  unitedDeployment,

  workflow,
  volcanoJob,
  flinkDeployment,
  sparkApplication,

  bucket,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  kustomization,
  ociRepository,

  mpiJob,
  notebook,
  pyTorchJob,
  tfJob,

  clusterPolicy,
  policy,

  rayCluster,
  rayJob,
  rayService,
]
