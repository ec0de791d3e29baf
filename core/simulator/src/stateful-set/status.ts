import type { Pod } from '../api/pod.ts'
import type { StatefulSet, StatefulSetStatus } from '../api/workloads.ts'
import { isActive, isReady, untilAvailable } from '../pod/condition.ts'
import { revisionLabel, updateRevisionOf } from './pod.ts'

/** What a StatefulSet says of its pods. The update revision becomes the current one when the last pod has it. */
export function statefulSetStatus(set: StatefulSet, all: readonly Pod[], now: Date): StatefulSetStatus {
  const { metadata, spec, status } = set
  const { replicas = 1, minReadySeconds = 0 } = spec
  const pods = all.filter(isActive)
  const updateRevision = updateRevisionOf(set)
  const count = (is: (pod: Pod) => boolean) => pods.filter(is).length
  const of = (revision: string) => count((pod) => pod.metadata.labels?.[revisionLabel] === revision)
  const [ready, updated] = [count(isReady), of(updateRevision)]
  const isRolledOut = updated === replicas && ready === replicas && pods.length === replicas
  const currentRevision = isRolledOut ? updateRevision : (status?.currentRevision ?? updateRevision)
  const current = of(currentRevision)
  return {
    ...(metadata.generation && { observedGeneration: metadata.generation }),
    replicas: pods.length,
    ...(ready > 0 && { readyReplicas: ready }),
    ...(current > 0 && { currentReplicas: current }),
    ...(updated > 0 && { updatedReplicas: updated }),
    availableReplicas: count((pod) => untilAvailable(pod, minReadySeconds, now) === 0),
    currentRevision,
    updateRevision,
    collisionCount: 0,
  }
}
