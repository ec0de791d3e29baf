import {
  ApiError,
  again,
  annotation,
  type Binding,
  type Change,
  type Controller,
  done,
  errors,
  finalizer,
  isAlreadyExists,
  isConflict,
  isNotFound,
  keyOf,
  keyText,
  type Manifest,
  type Outcome,
  type Reference,
  reasonOf,
  resourceBindingKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { isMoreThanStatus } from '../../manifest/content.ts'
import { listening } from '../../manifest/listening.ts'
import { moment } from '../../manifest/moment.ts'
import { referenceText, referenceTo, type TemplateListener, type Templates } from '../../manifest/templates.ts'
import { whose } from '../../manifest/whose.ts'
import { bindingKeyOf } from './bind.ts'
import { dependenciesRecorded, say } from './condition.ts'
import {
  attach,
  concernsDependencies,
  countDependents,
  dependenciesOf,
  disagreements,
  heardAnew,
  isLeftover,
  neededBy,
  recordOf,
  referrers,
} from './dependencies.ts'
import { askingFor } from './told-of-needs.ts'
import { isOfAnother, write } from './write.ts'

interface Attacher {
  readonly machine: Machine
  readonly templates: Templates
}

const soon = 100

/** How many of those that depend on an object hear that it cannot follow them; the object always does. */
const mostTold = 10

/** Whether the API server has no room for so much, which another try will not change. */
const isTooBig = (cause: unknown): boolean =>
  cause instanceof ApiError &&
  (cause.code === 413 || (cause.status.details?.causes ?? []).some(({ reason }) => reason === 'FieldValueTooLong'))

/** Karmada holds a binding until those attached to it are. Here they follow from what is recorded, and nothing is held. */
async function letGo({ client }: Machine, { metadata }: Binding): Promise<Outcome> {
  const finalizers = metadata.finalizers?.filter((name) => name !== finalizer.dependencies)
  if (finalizers?.length === metadata.finalizers?.length) return done
  const body = { metadata: { resourceVersion: metadata.resourceVersion, finalizers } }
  await client.patch(resourceBindingKind, keyOf({ metadata }), { type: 'merge', body })
  return done
}

/** Writes down what a template needs, if that is news. */
async function recordOn({ machine }: Attacher, binding: Binding, template: Manifest): Promise<void> {
  const found = await dependenciesOf(askingFor(machine, template), binding, template)
  const text = recordOf(found)
  if (binding.metadata.annotations?.[annotation.dependencies] === text) return
  const body = { metadata: { annotations: { [annotation.dependencies]: text ?? null } } }
  try {
    await machine.client.patch(resourceBindingKind, keyOf(binding), { type: 'merge', body }, { answer: 'metadata' })
  } catch (reason) {
    const name = keyText(keyOf(binding))
    const cause = isTooBig(reason) ? errors.DEPENDENCIES_TOO_MANY(name, found.length, reasonOf(reason)) : reason
    for (const object of [binding, template])
      machine.event(object, 'Warning', 'SyncScheduleResultToDependenciesFailed', reasonOf(cause))
    throw cause
  }
}

/** Records on a binding what its template cannot run without. Who depends on what is read from there. */
async function record(attacher: Attacher, binding: Binding | undefined): Promise<Outcome> {
  if (!binding) return done
  const { machine, templates } = attacher
  if (binding.metadata.deletionTimestamp) return letGo(machine, binding)
  const template = templates.get(binding.spec.resource)
  if (!template) return done
  try {
    await recordOn(attacher, binding, template)
  } catch (cause) {
    await say(machine, resourceBindingKind, binding, dependenciesRecorded, cause)
    throw cause
  }
  await say(machine, resourceBindingKind, binding, dependenciesRecorded)
  return done
}

function report(
  machine: Machine,
  object: Manifest,
  attached: Binding,
  anew: readonly Binding[],
  by: readonly Binding[],
) {
  for (const each of anew) {
    const message = 'Sync schedule results to dependencies succeed.'
    machine.event(each, 'Normal', 'SyncScheduleResultToDependenciesSucceed', message)
  }
  const conflicts = attached.spec.placement ? [] : disagreements(by)
  if (conflicts.length > 0) {
    const message = `Dependency policy conflict detected: ${conflicts.join('; ')}.`
    machine.event(attached, 'Warning', 'DependencyPolicyConflict', message)
  }
  told(machine, 'bind', object, by.length > 0 ? 'attached' : 'detached')
}

/** Tells that the binding of an object cannot follow those that depend on the object. */
function complain({ event }: Machine, object: Manifest, anew: readonly Binding[], cause: unknown): void {
  for (const each of [object, ...anew.slice(0, mostTold)])
    event(each, 'Warning', 'SyncScheduleResultToDependenciesFailed', reasonOf(cause))
}

/** Makes a binding follow those that depend on its object; without a reason to be it goes. Whether anything had to be done. */
async function put(
  { machine }: Attacher,
  existing: Binding | undefined,
  wanted: Binding,
): Promise<Binding | undefined> {
  if (!existing || !isLeftover(wanted)) return write(machine, resourceBindingKind, existing, wanted)
  const { uid, resourceVersion } = existing.metadata
  await machine.client.delete(resourceBindingKind, keyOf(existing), { preconditions: { uid, resourceVersion } })
  return wanted
}

/** Makes the binding of an object follow those that depend on the object. */
async function keepAttached(attacher: Attacher, at: Reference): Promise<Outcome> {
  const { machine, templates } = attacher
  const object = templates.get(at)
  if (!object?.metadata.namespace) return done
  const bindings = machine.store(resourceBindingKind)
  const existing = bindings.get(bindingKeyOf(object))
  if (existing?.metadata.deletionTimestamp || (existing && isOfAnother(existing, object.metadata.uid))) return done // heard of when it is gone
  const by = referrers(bindings, object)
  const wanted = attach(object, existing, by)
  if (!wanted || wanted === existing) return done
  const anew = heardAnew(by, existing)
  try {
    const written = await put(attacher, existing, wanted)
    if (written) report(machine, object, written, anew, by)
    return done
  } catch (reason) {
    if (isAlreadyExists(reason) || isNotFound(reason) || isConflict(reason)) return again(soon)
    const name = keyText(bindingKeyOf(object))
    const cause = isTooBig(reason) ? errors.DEPENDENTS_TOO_MANY(name, by.length, reasonOf(reason)) : reason
    complain(machine, object, anew, cause)
    throw cause
  }
}

const dependsAnew = ({ before, after }: Change<Binding>): boolean =>
  before?.metadata.generation !== after?.metadata.generation ||
  before?.metadata.deletionTimestamp !== after?.metadata.deletionTimestamp ||
  before?.metadata.annotations?.[annotation.dependencies] !== after?.metadata.annotations?.[annotation.dependencies]

/** Keeps the bindings of what templates need beside the bindings of the templates. */
export function attachers(machine: Machine, templates: Templates): readonly Controller[] {
  const bindings = machine.store(resourceBindingKind)
  const attacher = { machine, templates }
  const worker = machine.worker<Reference>({
    name: 'bind:attached',
    keyText: referenceText,
    whose: whose.template,
    step: (at) => keepAttached(attacher, at),
  })
  const hear: TemplateListener = (change) => {
    const object = change.after ?? change.before
    if (!object || !isMoreThanStatus(change)) return
    const isNeeded = countDependents(bindings, object) > 0 || bindings.get(bindingKeyOf(object))?.spec.requiredBy
    if (isNeeded) worker.enqueue(referenceTo(object), 'low')
  }
  /** The more there are that depend on an object, the more of them are heard before its binding is written. */
  const follow = (at: Reference) => {
    const object = templates.get(at)
    if (object) worker.enqueueAfter(at, moment(countDependents(bindings, object)))
  }
  const hearBinding = (change: Change<Binding>) => {
    if (!dependsAnew(change)) return
    neededBy(templates, change).forEach(follow)
    if (!change.after && change.before) worker.enqueue(change.before.spec.resource)
  }
  const recorder = machine
    .controller('bind:dependencies', whose.binding)
    .for(resourceBindingKind, (change) => dependsAnew(change) && concernsDependencies(change.after))
    .hears((enqueue) =>
      templates.listen(({ after, initial }) => {
        const binding = after && initial ? bindings.get(bindingKeyOf(after)) : undefined
        if (binding && concernsDependencies(binding)) enqueue(keyOf(binding), 'low')
      }),
    )
    .reconcile((binding) => record(attacher, binding))
  return [listening(worker, () => [templates.listen(hear), bindings.listen(hearBinding)]), recorder]
}
