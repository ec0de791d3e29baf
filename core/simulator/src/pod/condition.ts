import type { Pod, PodCondition } from '../api/pod.ts'

export const findCondition = ({ status }: Pod, type: string): PodCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type)

export const isReady = (pod: Pod): boolean => findCondition(pod, 'Ready')?.status === 'True'

/** Milliseconds until a pod that is ready has been so for long enough; 0: it has; undefined: it is not ready. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: Date): number | undefined {
  const ready = findCondition(pod, 'Ready')
  if (ready?.status !== 'True') return undefined
  if (minReadySeconds === 0) return 0
  return Math.max(0, Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 - now.getTime())
}

/** Neither finished nor on its way out. */
export const isActive = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed'

/** Why a container waits whose image is nowhere. */
export const pulling = 'ImagePullBackOff'

/** Whether a pod waits for an image, for ever. */
export const waitsForImage = ({ status }: Pod): boolean =>
  status?.containerStatuses?.some(({ state }) => 'waiting' in state && state.waiting.reason === pulling) ?? false

/** Whether the kubelet or the scheduler is still at it; one that is not ready and stays so is at rest, too. */
export const isAtRest = (pod: Pod): boolean =>
  (pod.status?.phase ?? 'Pending') !== 'Pending' ||
  findCondition(pod, 'PodScheduled')?.status === 'False' ||
  waitsForImage(pod)
