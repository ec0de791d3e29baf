import {
  again,
  type Binding,
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  deepEqual,
  done,
  isConflict,
  type Kind,
  keyOf,
  keyText,
  type ObjectReference,
  type Outcome,
  reasonOf,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { bindingKinds } from '../../manifest/origin.ts'
import { byCluster } from '../../manifest/targets.ts'
import { whose } from '../../manifest/whose.ts'
import { type Evicted, evict } from './evict.ts'
import { evictMetrics } from './metrics.ts'
import { Spacing } from './spacing.ts'

export interface EvictOptions {
  /** Milliseconds an eviction may take that does not say so itself; by default 10 minutes. */
  readonly timeout?: number
  /** How many bindings a second may leave clusters because of taints; by default 0.5, one in two seconds. 0: one in half an hour. */
  readonly rate?: number
}

const halfAnHour = 1_800_000

/** Makes bindings leave clusters they may not stay in, and sees to it that leaving comes to an end. */
export const evictControllers = (machine: Machine, options: EvictOptions = {}): readonly Controller[] =>
  bindingKinds.map((kind) => evictController(machine, kind, options))

function evictController(machine: Machine, kind: Kind<Binding>, { timeout, rate = 0.5 }: EvictOptions): Controller {
  const bindings = machine.store(kind)
  const clusters = machine.store(clusterKind)
  const metrics = evictMetrics(
    machine.metrics,
    kind.scope === 'Namespaced' ? 'binding-eviction' : 'cluster-binding-eviction',
  )
  const spacing = new Spacing(rate > 0 ? 1000 / rate : halfAnHour)

  async function settle(binding: Binding, signal: AbortSignal): Promise<Outcome> {
    const start = performance.now()
    const now = machine.now().getTime()
    const name = keyText(keyOf(binding))
    const tenancy = (binding.spec.clusters ?? []).flatMap((target) => clusters.get({ name: target.name }) ?? [])
    const evicted = await evict(machine.ask, {
      binding,
      clusters: tenancy,
      now,
      ...(timeout !== undefined && { timeout }),
      delay: ({ reason }) => (reason === 'TaintUntolerated' ? spacing.wait(name, now) : 0),
    })
    metrics.waiting(spacing.waiting)
    if (evicted.spec !== binding.spec) await write(binding, evicted, start, signal)
    return evicted.again === undefined ? done : again(evicted.again)
  }

  async function write(binding: Binding, evicted: Evicted, start: number, signal: AbortSignal): Promise<void> {
    const isEviction = evicted.begun.length > 0
    try {
      await machine.client.update(kind, { ...binding, spec: evicted.spec }, { signal })
    } catch (error) {
      if (isEviction && !isConflict(error)) {
        metrics.processed('error', start)
        tell(binding, 'Warning', 'EvictWorkloadFromClusterFailed', reasonOf(error))
      }
      throw error
    }
    if (isEviction) metrics.processed('success', start)
    report(binding, evicted)
  }

  function report(binding: Binding, { begun, finished }: Evicted): void {
    for (const { fromCluster } of begun) {
      metrics.evicted(fromCluster, binding.spec.resource.kind)
      told(machine, 'evict', binding, 'evicting', fromCluster)
    }
    for (const { fromCluster } of finished) {
      tell(binding, 'Normal', 'EvictWorkloadFromClusterSucceed', `Evicted from cluster ${fromCluster}`)
      told(machine, 'evict', binding, 'evicted', fromCluster)
    }
  }

  function tell(binding: Binding, type: 'Normal' | 'Warning', reason: string, message: string): void {
    for (const about of [binding, templateOf(binding.spec.resource)]) machine.event(about, type, reason, message)
  }

  return machine
    .controller(`evict:${kind.plural}`, whose.binding)
    .for(kind, mayMove)
    .watches(clusterKind, (change) =>
      isAnother(change) ? bindings.by(byCluster, change.after.metadata.name).map(keyOf) : [],
    )
    .reconcile(async (binding, key, signal) => {
      if (binding && !binding.metadata.deletionTimestamp) return settle(binding, signal)
      spacing.forget(keyText(key))
      return done
    })
}

const templateOf = ({ apiVersion, kind, namespace, name, uid }: ObjectReference) => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) },
})

/** What a binding says of where it is, and how it is there. */
const mayMove = ({ before, after }: Change<Binding>): boolean =>
  before?.metadata.generation !== after?.metadata.generation ||
  before?.status?.schedulerObservedGeneration !== after?.status?.schedulerObservedGeneration ||
  !deepEqual(before?.status?.aggregatedStatus, after?.status?.aggregatedStatus)

/** Whether a cluster is another one to stay in. */
const isAnother = (change: Change<Cluster>): change is Change<Cluster> & { readonly after: Cluster } => {
  const { before, after, initial } = change
  if (!after || initial) return false
  return (
    !deepEqual(before?.spec.taints, after.spec.taints) ||
    !deepEqual(before?.status?.conditions, after.status?.conditions)
  )
}
