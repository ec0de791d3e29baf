import { again, type Controller, done, isAlreadyExists, type Outcome } from '@flotilla/sdk'
import { type Deployment, deploymentKind, type ReplicaSet, replicaSetKind } from '../api/workloads.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { byController, isLeaving } from '../owner.ts'
import { Settling } from '../settling.ts'
import { revisionAnnotation, revisionOf, sizeAnnotations } from './replica-set.ts'
import { planRollout, type Rollout } from './rollout.ts'
import { deploymentStatus, isSettled, untilDeadline } from './status.ts'

const scaled = ({ metadata }: ReplicaSet, from: number, to: number): string =>
  `Scaled ${to > from ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`

/** Keeps a ReplicaSet of the current template for each Deployment, and rolls from the old ones to it. */
export function deploymentController(machine: Machine): Controller {
  const { controller, event, now } = machine
  const deployments = new Cached(machine, deploymentKind)
  const sets = new Cached(machine, replicaSetKind)
  const settling = new Settling()
  const setsOf = ({ metadata: { uid = '' } }: Deployment): readonly ReplicaSet[] =>
    sets.store.by(byController, uid).filter((set) => !isLeaving(set))

  /** A name that is taken by something else makes the next try another name. */
  async function create(deployment: Deployment, set: ReplicaSet): Promise<void> {
    try {
      await sets.create(set)
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      const { status } = deployment
      await deployments.setStatus(deployment, { ...status, collisionCount: (status?.collisionCount ?? 0) + 1 })
    }
  }

  /** Whether something was done, and the question has to be asked again. */
  async function advance(deployment: Deployment, { current, create: wanted, resize, remove, revision }: Rollout) {
    if (wanted) await create(deployment, wanted)
    if (wanted?.spec.replicas) event(deployment, 'Normal', 'ScalingReplicaSet', scaled(wanted, 0, wanted.spec.replicas))
    const annotations = sizeAnnotations(deployment)
    for (const { set, replicas } of resize) {
      await sets.patch(set, { metadata: { annotations }, spec: { replicas } })
      event(deployment, 'Normal', 'ScalingReplicaSet', scaled(set, set.spec.replicas ?? 1, replicas))
    }
    for (const set of remove) await sets.delete(set)
    if (current && revisionOf(current) !== revision) {
      await sets.patch(current, { metadata: { annotations: { [revisionAnnotation]: String(revision) } } })
    }
    return wanted !== undefined || resize.length > 0 || remove.length > 0
  }

  async function annotate(deployment: Deployment, { current, revision }: Rollout): Promise<void> {
    const text = String(revision)
    if (!current || deployment.metadata.annotations?.[revisionAnnotation] === text) return
    await deployments.patch(deployment, { metadata: { annotations: { [revisionAnnotation]: text } } })
  }

  async function settle(deployment: Deployment, rollout: Rollout, text: string): Promise<Outcome> {
    const wait = settling.wait(text, isSettled(rollout))
    if (wait > 0) return again(wait)
    await deployments.setStatus(deployment, deploymentStatus(deployment, rollout, now()))
    const left = untilDeadline(deployment, now())
    return left === undefined ? done : again(Math.max(1000, left))
  }

  async function roll(deployment: Deployment, text: string): Promise<Outcome> {
    const rollout = planRollout(deployment, setsOf(deployment))
    const isMoving = await advance(deployment, rollout)
    const next = isMoving ? planRollout(deployment, setsOf(deployment)) : rollout
    await annotate(deployment, next)
    return settle(deployment, next, text)
  }

  return controller('deployment')
    .for(deploymentKind)
    .owns(replicaSetKind)
    .workers(32)
    .reconcile(settling.whileThere(roll))
}
