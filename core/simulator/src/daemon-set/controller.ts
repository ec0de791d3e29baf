import { again, type Controller, keyOf, type Outcome } from '@flotilla/sdk'
import { type Node, nodeKind } from '../api/node.ts'
import { type Pod, podKind } from '../api/pod.ts'
import { type DaemonSet, daemonSetKind } from '../api/workloads.ts'
import { inBatches } from '../batches.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { templateHash, uniqueName } from '../names.ts'
import { soonestAvailable } from '../pod/availability.ts'
import { isActive, isAtRest } from '../pod/condition.ts'
import { type Current, revisionName } from '../revision/history.ts'
import { Revisions } from '../revision/revisions.ts'
import { Settling } from '../settling.ts'
import { daemonSetStatus, planDaemonSet, podDraft, revisionLabel } from './plan.ts'

const currentOf = (owner: DaemonSet, pods: readonly Pod[]): Current => ({
  owner,
  template: owner.spec.template,
  hash: templateHash(owner.spec.template),
  used: new Set(pods.map(({ metadata }) => revisionName(owner, metadata.labels?.[revisionLabel] ?? ''))),
  limit: owner.spec.revisionHistoryLimit ?? 10,
})

/** Keeps a pod of each DaemonSet on every node it is for. */
export function daemonSetController(machine: Machine): Controller {
  const { controller, nodes, pods, now } = machine
  const sets = new Cached(machine, daemonSetKind)
  const revisions = new Revisions(machine)
  const settling = new Settling()

  async function keep(set: DaemonSet, text: string): Promise<Outcome> {
    const all = nodes.store.list()
    const before = pods.of(set)
    await revisions.keep(currentOf(set, before))
    const { create, remove } = planDaemonSet(set, all, before, now())
    await inBatches(remove, (pod) => pods.delete(pod))
    const draft = (node: Node) => podDraft(set, node, uniqueName(`${set.metadata.name}-`))
    await inBatches(create, (node) => pods.make(set, set.spec.template, draft(node)))
    const own = pods.of(set)
    const wait = settling.wait(text, remove.length === 0 && own.filter(isActive).every(isAtRest))
    if (wait > 0) return again(wait)
    await sets.setStatus(set, daemonSetStatus(set, all, own, now()))
    return soonestAvailable(own, now(), set.spec.minReadySeconds)
  }

  return controller('daemonset')
    .for(daemonSetKind)
    .owns(podKind)
    .watches(nodeKind, () => sets.store.list().map(keyOf))
    .reconcile(settling.whileThere(keep))
}
