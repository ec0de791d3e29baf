import { timestamp } from '@flotilla/sdk'
import type { Deployment, DeploymentStatus, ReplicaSet, ReplicaSetStatus, WorkloadCondition } from '../api/workloads.ts'
import { limitsOf } from './limits.ts'
import type { Rollout } from './rollout.ts'

type Counts = Omit<DeploymentStatus, 'conditions' | 'collisionCount' | 'observedGeneration'>
type Verdict = Pick<WorkloadCondition, 'type' | 'status' | 'reason' | 'message'>

const sum = (sets: readonly ReplicaSet[], count: (status: ReplicaSetStatus) => number | undefined): number =>
  sets.reduce((total, { status }) => total + ((status && count(status)) ?? 0), 0)

function counts({ current, old }: Rollout): Required<Counts> {
  const all = current ? [...old, current] : old
  const availableReplicas = sum(all, (status) => status.availableReplicas)
  const wanted = all.reduce((total, { spec: { replicas = 1 } }) => total + replicas, 0)
  return {
    replicas: sum(all, ({ replicas }) => replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(all, ({ readyReplicas }) => readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, wanted - availableReplicas),
  }
}

function availability(deployment: Deployment, { availableReplicas }: Required<Counts>): Verdict {
  return availableReplicas >= limitsOf(deployment).leastAvailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
}

/** Whether all pods are new and available, and no old ones are left. */
const isComplete = ({ spec: { replicas = 1 } }: Deployment, now: Required<Counts>): boolean =>
  now.updatedReplicas === replicas && now.replicas === replicas && now.availableReplicas === replicas

/** Whether more pods are new, or available, or fewer are old than when the status was last written. */
function hasMoved({ status = {} }: Deployment, now: Required<Counts>): boolean {
  const { updatedReplicas = 0, replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status
  return (
    now.updatedReplicas > updatedReplicas ||
    now.replicas - now.updatedReplicas < replicas - updatedReplicas ||
    now.readyReplicas > readyReplicas ||
    now.availableReplicas > availableReplicas
  )
}

const find = ({ status }: Deployment, type: string): WorkloadCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type)

/** Milliseconds until a rollout that stands still has failed; undefined when there is no such time. */
export function untilDeadline(deployment: Deployment, now: Date): number | undefined {
  const { progressDeadlineSeconds } = deployment.spec
  const progressing = find(deployment, 'Progressing')
  const isRunning = progressing?.status === 'True' && progressing.reason !== complete
  if (!isRunning || progressDeadlineSeconds === undefined || deployment.spec.paused) return undefined
  return Date.parse(progressing.lastUpdateTime ?? '') + progressDeadlineSeconds * 1000 - now.getTime()
}

const complete = 'NewReplicaSetAvailable'

function progress(deployment: Deployment, { current }: Rollout, now: Required<Counts>, at: Date): Verdict | undefined {
  const before = find(deployment, 'Progressing')
  const isPaused = before?.reason === 'DeploymentPaused'
  const is = (status: Verdict['status'], reason: string, message: string) => ({
    type: 'Progressing',
    status,
    reason,
    message,
  })
  if (deployment.spec.paused) return is('Unknown', 'DeploymentPaused', 'Deployment is paused')
  if (deployment.spec.progressDeadlineSeconds === undefined || !current) return undefined
  const set = `ReplicaSet "${current.metadata.name}"`
  if (isComplete(deployment, now)) return is('True', complete, `${set} has successfully progressed.`)
  if (isPaused) return is('Unknown', 'DeploymentResumed', 'Deployment is resumed')
  if (before?.reason === complete && now.updatedReplicas === now.replicas) return undefined // scaling is no rollout
  if (!before || hasMoved(deployment, now)) return is('True', 'ReplicaSetUpdated', `${set} is progressing.`)
  const left = untilDeadline(deployment, at)
  if (left !== undefined && left <= 0)
    return is('False', 'ProgressDeadlineExceeded', `${set} has timed out progressing.`)
  return undefined
}

/** A condition keeps its times while it says the same; one of progress is as young as the progress. */
function dated(deployment: Deployment, verdict: Verdict | undefined, type: string, now: Date): WorkloadCondition[] {
  const before = find(deployment, type)
  if (!verdict) return before ? [before] : []
  const says = (condition: Verdict) => [condition.status, condition.reason, condition.message].join(' ')
  const moves = verdict.reason === 'ReplicaSetUpdated'
  if (before && says(before) === says(verdict) && !moves) return [before]
  const time = timestamp(now)
  const isSame = before?.status === verdict.status
  return [{ ...verdict, lastUpdateTime: time, lastTransitionTime: (isSame && before.lastTransitionTime) || time }]
}

/** What a Deployment says of its ReplicaSets. */
export function deploymentStatus(deployment: Deployment, rollout: Rollout, now: Date): DeploymentStatus {
  const { metadata, status } = deployment
  const counted = counts(rollout)
  const { collisionCount } = status ?? {}
  return {
    ...(metadata.generation && { observedGeneration: metadata.generation }),
    ...Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)),
    conditions: [
      ...dated(deployment, availability(deployment, counted), 'Available', now),
      ...dated(deployment, progress(deployment, rollout, counted, now), 'Progressing', now),
    ],
    ...(collisionCount && { collisionCount }),
  }
}

/** Whether the ReplicaSets have said what became of their pods, so that a status is worth writing. */
export const isSettled = ({ current, old, create, resize }: Rollout): boolean =>
  !create &&
  resize.length === 0 &&
  [...old, ...(current ? [current] : [])].every(
    ({ metadata, status }) => status !== undefined && status.observedGeneration === metadata.generation,
  )
