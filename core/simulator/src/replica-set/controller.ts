import { again, type Controller, type Outcome } from '@flotilla/sdk'
import { type Pod, podKind } from '../api/pod.ts'
import { type ReplicaSet, replicaSetKind } from '../api/workloads.ts'
import { inBatches } from '../batches.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { uniqueName } from '../names.ts'
import { soonestAvailable } from '../pod/availability.ts'
import { isActive, isAtRest, isReady } from '../pod/condition.ts'
import { Settling } from '../settling.ts'
import { replicaSetStatus } from './status.ts'

/** The first to go are those that do not work, then the youngest. */
const byWorth = (a: Pod, b: Pod): number =>
  Number(isReady(a)) - Number(isReady(b)) ||
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')

/** Keeps as many pods of each ReplicaSet as it wants. */
export function replicaSetController(machine: Machine): Controller {
  const { controller, pods, now } = machine
  const sets = new Cached(machine, replicaSetKind)
  const settling = new Settling()

  async function scale(set: ReplicaSet): Promise<void> {
    const active = pods.of(set).filter(isActive)
    const { replicas = 1, template } = set.spec
    const generateName = `${set.metadata.name}-`
    const missing = Array.from({ length: replicas - active.length }, () => uniqueName(generateName))
    await inBatches(missing, (name) => pods.make(set, template, { name, generateName }))
    await inBatches([...active].sort(byWorth).slice(0, Math.max(0, active.length - replicas)), (pod) =>
      pods.delete(pod),
    )
  }

  async function keep(set: ReplicaSet, text: string): Promise<Outcome> {
    await scale(set)
    const own = pods.of(set)
    const wait = settling.wait(text, own.filter(isActive).every(isAtRest))
    if (wait > 0) return again(wait)
    await sets.setStatus(set, replicaSetStatus(set, own, now()))
    return soonestAvailable(own, now(), set.spec.minReadySeconds)
  }

  return controller('replicaset').for(replicaSetKind).owns(podKind).workers(32).reconcile(settling.whileThere(keep))
}
