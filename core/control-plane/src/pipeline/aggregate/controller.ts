import type { Worker } from '@flotilla/kube'
import {
  again,
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
import { moment } from '../../manifest/moment.ts'
import { onlyStatus } from '../../manifest/only-status.ts'
import { bindingId, bindingKeyOf, bindingKinds, worksOfBinding } from '../../manifest/origin.ts'
import { ofStatuses, Pace } from '../../manifest/pace.ts'
import { type CachedTemplate, templateOf } from '../../manifest/template.ts'
import { Unsaid } from '../../manifest/unsaid.ts'
import { whose } from '../../manifest/whose.ts'
import { aggregate } from './aggregate.ts'

/** Works that were just made will soon speak for themselves. Those that do not are waited for so many milliseconds. */
const patience = 500

/** Sums up in each binding, and in its template, what the clusters say; says along what others left to be said there. */
export const aggregateControllers = (machine: Machine, unsaid = new Unsaid()): readonly Controller[] =>
  bindingKinds.map((kind) => aggregateController(machine, kind, unsaid))

function aggregateController(machine: Machine, kind: Kind<Binding>, unsaid: Unsaid): Controller {
  const name = `aggregate:${kind.plural}`
  const bindings = machine.store(kind)
  const works = machine.store(workKind)
  const waiting = new Map<string, number>()
  const pace = new Pace(ofStatuses)
  const worker: Worker<Key> = machine.worker({
    name,
    keyText,
    whose: whose.binding,
    step,
  })

  /** What several Works of a binding say within a moment is summed up once. */
  function soon(key: Key): void {
    if (!machine.owns(whose.binding(key))) return
    const text = keyText(key)
    waiting.set(text, waiting.get(text) ?? performance.now())
    worker.enqueueAfter(key, moment(waiting.size))
  }

  /** Milliseconds to wait for Works that have said nothing, and for the writes of before. */
  function tooSoon(text: string, told: readonly Work[]): number {
    const since = waiting.get(text)
    const left = since === undefined ? 0 : since + patience - performance.now()
    return Math.max(told.some(isSilent) ? left : 0, pace.wait(text))
  }

  async function step(key: Key, signal: AbortSignal): Promise<Outcome> {
    const text = keyText(key)
    const binding = bindings.get(key)
    const id = binding && bindingId(binding)
    const told = id ? works.by(worksOfBinding(kind), id) : []
    const left = tooSoon(text, told)
    if (left > 0) return again(left)
    waiting.delete(text)
    return binding
      ? settle(machine, { kind, binding, works: told, unsaid, wrote: () => pace.note(text) }, signal)
      : done
  }

  const hearBinding = (change: Change<Binding>) => {
    if (!change.after || !isRescheduled(change)) return
    if (change.initial) worker.enqueue(keyOf(change.after), 'low')
    else worker.enqueueAfter(keyOf(change.after), patience)
  }
  const hearWork = (change: Change<Work>) => {
    const work = change.after ?? change.before
    const key = work && !change.initial && isNews(change) ? bindingKeyOf(work, kind) : undefined
    if (key) soon(key)
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

/** Whether nothing has been said of a Work yet. */
const isSilent = ({ status }: Work): boolean => !status?.conditions?.length

const isNews = ({ before, after }: Change<Work>): boolean =>
  !after ||
  before?.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
  !deepEqual(before?.status, after.status)

async function settle(machine: Machine, sum: Sum, signal: AbortSignal): Promise<Outcome> {
  const { binding, works } = sum
  if (binding.metadata.deletionTimestamp) return done
  if (works.length === 0 && !binding.status?.aggregatedStatus?.length) return done // nobody has said anything yet
  const template = await templateOf(machine, binding.spec.resource, signal)
  try {
    return await sumUp(machine, { ...sum, ...(template && { template }) }, signal)
  } catch (error) {
    if (isConflict(error)) throw error // somebody else wrote first: nothing is wrong, it is done again
    for (const about of template ? [binding, template.manifest] : [binding]) {
      machine.event(about, 'Warning', 'AggregateStatusFailed', reasonOf(error))
    }
    throw error
  }
}

interface Sum {
  readonly kind: Kind<Binding>
  readonly binding: Binding
  readonly works: readonly Work[]
  readonly template?: CachedTemplate
  readonly unsaid: Unsaid
  /** Told when something was written. */
  readonly wrote: () => void
}

async function sumUp(machine: Machine, sum: Sum, signal: AbortSignal): Promise<Outcome> {
  const { kind, works, template, unsaid, wrote } = sum
  const binding = unsaid.along(sum.binding)
  const { ask, client, now } = machine
  const manifest = template && { template: template.manifest }
  const aggregated = await aggregate(ask, { binding, works, ...manifest, now: now() })
  const isNew = aggregated.status !== binding.status
  if (isNew || aggregated.template) wrote()
  if (isNew) {
    const options = { subresource: 'status', answer: 'metadata', signal } as const
    await client.update(kind, onlyStatus(binding, aggregated.status), options)
    unsaid.forget(keyText(keyOf(binding)))
    told(machine, 'aggregate', binding, 'aggregated')
    sayAggregated(machine, binding, template?.manifest)
  }
  if (aggregated.failure !== undefined) throw aggregated.failure
  if (template && aggregated.template) await writeStatus(machine, template.kind, aggregated.template, signal)
  return aggregated.again === undefined ? done : again(aggregated.again)
}

/** In Karmada's words. */
function sayAggregated({ event }: Machine, binding: Binding, template: Manifest | undefined): void {
  const { namespace, name } = binding.metadata
  const message = `Update ${binding.kind}(${namespace ? `${namespace}/` : ''}${name}) with AggregatedStatus successfully.`
  for (const about of template ? [binding, template] : [binding])
    event(about, 'Normal', 'AggregateStatusSucceed', message)
}

/** Not every kind has its status in a subresource. */
async function writeStatus({ client }: Machine, kind: Kind, template: Manifest, signal: AbortSignal): Promise<void> {
  try {
    await client.update(kind, template, { subresource: 'status', answer: 'metadata', signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
    await client.update(kind, template, { answer: 'metadata', signal }).catch(unlessGone)
  }
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error
}
