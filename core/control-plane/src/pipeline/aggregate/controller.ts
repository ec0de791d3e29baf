import type { Worker } from '@flotilla/kube'
import {
  type Binding,
  type Change,
  type Controller,
  deepEqual,
  done,
  isConflict,
  isNotFound,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  type Outcome,
  reasonOf,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { ended } from '../../manifest/ended.ts'
import { bindingId, bindingKeyOf, bindingKinds, worksOfBinding } from '../../manifest/origin.ts'
import { type CachedTemplate, templateOf } from '../../manifest/template.ts'
import { aggregate } from './aggregate.ts'

/** What several Works of a binding say within so many milliseconds is one write. */
const moment = 20
/** A binding that was scheduled anew has Works that will speak for themselves. This is for when they do not. */
const patience = 500

/** Sums up in each binding, and in its template, what the clusters say. */
export const aggregateControllers = (machine: Machine): readonly Controller[] =>
  bindingKinds.map((kind) => aggregateController(machine, kind))

function aggregateController(machine: Machine, kind: Kind<Binding>): Controller {
  const name = `aggregate:${kind.plural}`
  const bindings = machine.store(kind)
  const works = machine.store(workKind)
  const worker: Worker<Key> = machine.worker({
    name,
    keyText,
    step: (key, signal) => settle(machine, kind, key, signal),
  })
  const hearBinding = (change: Change<Binding>) => {
    if (!change.after || !isRescheduled(change)) return
    if (change.initial) worker.enqueue(keyOf(change.after), 'low')
    else worker.enqueueAfter(keyOf(change.after), patience)
  }
  const hearWork = (change: Change<Work>) => {
    const work = change.after ?? change.before
    const key = work && !change.initial && isNews(change) ? bindingKeyOf(work, kind) : undefined
    if (key) worker.enqueueAfter(key, moment)
  }
  return {
    name,
    async run(signal) {
      await Promise.race([Promise.all([bindings.synced, works.synced]), ended(signal)])
      const running = worker.run(signal) // first, so that it takes keys
      const ends = [bindings.listen(hearBinding), works.listen(hearWork)]
      await running
      for (const end of ends) end()
    },
  }
}

/** Its own status is written from here. */
const isRescheduled = ({ before, after }: Change<Binding>): boolean =>
  before?.metadata.generation !== after?.metadata.generation

const isNews = ({ before, after }: Change<Work>): boolean =>
  !after ||
  before?.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
  !deepEqual(before?.status, after.status)

async function settle(machine: Machine, kind: Kind<Binding>, key: Key, signal: AbortSignal): Promise<Outcome> {
  const binding = machine.store(kind).get(key)
  const id = binding && bindingId(binding)
  if (!id || binding.metadata.deletionTimestamp) return done
  const works = machine.store(workKind).by(worksOfBinding(kind), id)
  if (works.length === 0 && !binding.status?.aggregatedStatus?.length) return done // nobody has said anything yet
  const template = await templateOf(machine, binding.spec.resource, signal)
  try {
    await sumUp(machine, { kind, binding, works, ...(template && { template }) }, signal)
  } catch (error) {
    if (isConflict(error)) throw error // somebody else wrote first: nothing is wrong, it is done again
    for (const about of template ? [binding, template.manifest] : [binding]) {
      machine.event(about, 'Warning', 'AggregateStatusFailed', reasonOf(error))
    }
    throw error
  }
  return done
}

interface Sum {
  readonly kind: Kind<Binding>
  readonly binding: Binding
  readonly works: readonly Work[]
  readonly template?: CachedTemplate
}

async function sumUp(machine: Machine, { kind, binding, works, template }: Sum, signal: AbortSignal): Promise<void> {
  const { ask, client, now } = machine
  const manifest = template && { template: template.manifest }
  const aggregated = await aggregate(ask, { binding, works, ...manifest, now: now() })
  if (aggregated.status !== binding.status) {
    await client.update(kind, { ...binding, status: aggregated.status }, { subresource: 'status', signal })
    told(machine, 'aggregate', binding, 'aggregated')
  }
  if (template && aggregated.template) await writeStatus(machine, template.kind, aggregated.template, signal)
}

/** Not every kind has its status in a subresource. */
async function writeStatus({ client }: Machine, kind: Kind, template: Manifest, signal: AbortSignal): Promise<void> {
  try {
    await client.update(kind, template, { subresource: 'status', signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
    await client.update(kind, template, { signal }).catch(unlessGone)
  }
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error
}
