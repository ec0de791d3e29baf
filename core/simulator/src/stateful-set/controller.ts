import { again, type Controller, isAlreadyExists, type Outcome } from '@flotilla/sdk'
import { type Pod, podKind } from '../api/pod.ts'
import { claimKind } from '../api/volume.ts'
import { type ClaimTemplate, type StatefulSet, statefulSetKind } from '../api/workloads.ts'
import { inBatches } from '../batches.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { templateHash } from '../names.ts'
import { soonestAvailable } from '../pod/availability.ts'
import { isActive, isAtRest } from '../pod/condition.ts'
import type { Current } from '../revision/history.ts'
import { Revisions } from '../revision/revisions.ts'
import { Settling } from '../settling.ts'
import { planStatefulSet } from './plan.ts'
import { claimName, podDraft, revisionLabel, updateRevisionOf } from './pod.ts'
import { statefulSetStatus } from './status.ts'

const currentOf = (owner: StatefulSet, pods: readonly Pod[]): Current => ({
  owner,
  template: owner.spec.template,
  hash: templateHash(owner.spec.template),
  used: new Set(pods.map(({ metadata }) => metadata.labels?.[revisionLabel] ?? '')),
  limit: owner.spec.revisionHistoryLimit ?? 10,
})

/** Keeps the numbered pods of each StatefulSet, and their claims. */
export function statefulSetController(machine: Machine): Controller {
  const { controller, pods, now } = machine
  const sets = new Cached(machine, statefulSetKind)
  const claims = new Cached(machine, claimKind)
  const revisions = new Revisions(machine)
  const settling = new Settling()

  /** A claim that is there already is the pod's from an earlier life. */
  async function claim(
    { metadata: { namespace = '' } }: StatefulSet,
    template: ClaimTemplate,
    pod: string,
  ): Promise<void> {
    const { labels, annotations } = template.metadata
    const name = claimName(template.metadata.name, pod)
    if (claims.store.get({ namespace, name })) return
    const metadata = { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) }
    const { apiVersion, kind } = claimKind
    try {
      await claims.create({ apiVersion, kind, metadata, spec: template.spec })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }

  async function make(set: StatefulSet, ordinal: number): Promise<void> {
    const draft = podDraft(set, ordinal, updateRevisionOf(set))
    for (const template of set.spec.volumeClaimTemplates ?? []) await claim(set, template, draft.name)
    await pods.make(set, set.spec.template, draft)
  }

  async function keep(set: StatefulSet, text: string): Promise<Outcome> {
    const before = pods.of(set)
    await revisions.keep(currentOf(set, before))
    const { create, remove } = planStatefulSet(set, before)
    await inBatches(remove, (pod) => pods.delete(pod))
    await inBatches(create, (ordinal) => make(set, ordinal))
    const own = pods.of(set)
    const isWhole = own.length === (set.spec.replicas ?? 1)
    const wait = settling.wait(text, remove.length === 0 && isWhole && own.filter(isActive).every(isAtRest))
    if (wait > 0) return again(wait)
    await sets.setStatus(set, statefulSetStatus(set, own, now()))
    return soonestAvailable(own, now(), set.spec.minReadySeconds)
  }

  return controller('statefulset').for(statefulSetKind).owns(podKind).reconcile(settling.whileThere(keep))
}
