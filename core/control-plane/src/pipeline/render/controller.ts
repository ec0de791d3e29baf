import {
  again,
  type Binding,
  type Change,
  type Controller,
  clusterKind,
  clusterOverridePolicyKind,
  done,
  type Kind,
  keyOf,
  type Outcome,
  type OverridePolicy,
  overridePolicyKind,
  type Work,
  workKind,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { bindingId, bindingKeyOf, bindingKinds, worksOfBinding } from '../../manifest/origin.ts'
import { isScaled } from '../../manifest/scaled.ts'
import { expectedClusters, expelledFrom } from '../../manifest/targets.ts'
import { isBehind, templateOf } from '../../manifest/template.ts'
import { timing } from '../../manifest/timing.ts'
import { whose } from '../../manifest/whose.ts'
import { renderAll } from './render-all.ts'
import { touchedByCluster, touchedByPolicy } from './touched.ts'
import { clusterOf, release, removeOrphans } from './works.ts'

/** For when a cache is behind, and for when the end of a Work went unheard. */
const cacheLag = 50
/** What the scheduler is about to say comes in the same Works. When it does not say so soon, they do not wait for it. */
const schedulerLag = 100
const expulsionPeriod = 5_000

/** Makes a Work for each target of each binding. */
export const renderControllers = (machine: Machine): readonly Controller[] =>
  bindingKinds.map((kind) => renderController(machine, kind))

function renderController(machine: Machine, kind: Kind<Binding>): Controller {
  const bindings = machine.store(kind)
  const touched = (change: Change<OverridePolicy>) => touchedByPolicy(bindings, change).map(keyOf)
  const hasWaited = new WeakSet<Binding>()
  const timed = timing(machine.metrics, {
    name: 'binding_sync_work_duration_seconds',
    help: 'How long it took to bring the Works of a binding up to date',
  })
  const everywhere = machine
    .controller(`render:${kind.plural}`, whose.binding)
    .for(kind, isToRender)
    .watches(clusterOverridePolicyKind, touched)
    .watches(clusterKind, (change) => touchedByCluster(bindings, change).map(keyOf))
    .watches(workKind, (change) => bindingOfLost(change, kind))
  const all = kind.scope === 'Namespaced' ? everywhere.watches(overridePolicyKind, touched) : everywhere
  return all.reconcile((binding, _, signal) =>
    timed(async () => {
      if (!binding) return done
      if (!awaitsScheduler(binding) || hasWaited.has(binding)) return settle(machine, kind, binding, signal)
      hasWaited.add(binding)
      return again(schedulerLag)
    }),
  )
}

/** Whether its clusters are about to be given other numbers of replicas. What is merely attached to others is not scheduled. */
const awaitsScheduler = ({ metadata, spec }: Binding): boolean =>
  spec.placement !== undefined && metadata.deletionTimestamp === undefined && isScaled(spec)

/** All but a new status. */
const isToRender = ({ before, after }: Change<Binding>): boolean =>
  before?.metadata.generation !== after?.metadata.generation ||
  before?.metadata.deletionTimestamp !== after?.metadata.deletionTimestamp ||
  (before && bindingId(before)) !== (after && bindingId(after))

/** A Work that is gone may have to be made again, or have been waited for. */
function bindingOfLost({ before, after }: Change<Work>, kind: Kind) {
  const key = before && !after ? bindingKeyOf(before, kind) : undefined
  return key ? [key] : []
}

/** Takes away the Works a binding should not have, then makes those it should have. */
async function settle(machine: Machine, kind: Kind<Binding>, binding: Binding, signal: AbortSignal): Promise<Outcome> {
  const id = bindingId(binding)
  const works = id ? machine.store(workKind).by(worksOfBinding(kind), id) : []
  if (binding.metadata.deletionTimestamp) return release(machine, kind, binding, works, signal)
  if (!id) return done // admission gives it one, and that is a change

  const expected = expectedClusters(binding)
  const orphans = works.filter((work) => !expected.has(clusterOf(work)))
  await removeOrphans(machine, binding, orphans, signal)
  const expelled = new Set(expelledFrom(binding))
  if (works.some((work) => expelled.has(clusterOf(work)))) return again(expulsionPeriod)

  const template = (await templateOf(machine, binding.spec.resource, signal))?.manifest
  if (!template) return done // the binding goes with it
  if (isBehind(template.metadata.resourceVersion, binding.spec.resource.resourceVersion)) return again(cacheLag)
  return renderAll(machine, kind, { binding, template }, signal)
}
