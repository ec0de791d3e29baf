import { matchesLabels } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'
import type { ReplicaSet, ReplicaSetStatus } from '../api/workloads.ts'
import { isActive, isReady, untilAvailable } from '../pod/condition.ts'

/** What a ReplicaSet says of its pods. */
export function replicaSetStatus(set: ReplicaSet, all: readonly Pod[], now: Date): ReplicaSetStatus {
  const pods = all.filter(isActive)
  const { minReadySeconds = 0, template } = set.spec
  const labels = { matchLabels: template.metadata?.labels ?? {} }
  const count = (is: (pod: Pod) => boolean) => pods.filter(is).length
  const fullyLabeled = count(({ metadata }) => matchesLabels(labels, metadata.labels))
  const ready = count(isReady)
  const available = count((pod) => untilAvailable(pod, minReadySeconds, now) === 0)
  return {
    replicas: pods.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(set.metadata.generation && { observedGeneration: set.metadata.generation }),
  }
}
