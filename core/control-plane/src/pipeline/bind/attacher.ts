import {
  again,
  annotation,
  type Binding,
  type Change,
  type Controller,
  done,
  finalizer,
  isAlreadyExists,
  isNotFound,
  keyOf,
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
import { referenceText, referenceTo, type TemplateListener, type Templates } from '../../manifest/templates.ts'
import { bindingKeyOf } from './bind.ts'
import {
  attach,
  concernsDependencies,
  dependenciesOf,
  disagreements,
  hasDependents,
  neededBy,
  referrers,
} from './dependencies.ts'
import { isOfAnother, write } from './write.ts'

interface Attacher {
  readonly machine: Machine
  readonly templates: Templates
}

const soon = 100

async function askForDependencies({ machine }: Attacher, binding: Binding, template: Manifest) {
  try {
    return await dependenciesOf(machine.ask, binding, template)
  } catch (cause) {
    machine.event(template, 'Warning', 'GetDependenciesFailed', reasonOf(cause))
    throw cause
  }
}

/** Karmada holds a binding until those attached to it are. Here they follow from what is recorded, and nothing is held. */
async function letGo({ client }: Machine, { metadata }: Binding): Promise<Outcome> {
  const finalizers = metadata.finalizers?.filter((name) => name !== finalizer.dependencies)
  if (finalizers?.length === metadata.finalizers?.length) return done
  const body = { metadata: { resourceVersion: metadata.resourceVersion, finalizers } }
  await client.patch(resourceBindingKind, keyOf({ metadata }), { type: 'merge', body })
  return done
}

/** Records on a binding what its template cannot run without. Who depends on what is read from there. */
async function record(attacher: Attacher, binding: Binding | undefined): Promise<Outcome> {
  if (!binding) return done
  const { machine, templates } = attacher
  if (binding.metadata.deletionTimestamp) return letGo(machine, binding)
  const template = templates.get(binding.spec.resource)
  if (!template) return done
  const found = await askForDependencies(attacher, binding, template)
  const text = found.length > 0 ? JSON.stringify(found) : undefined
  if (binding.metadata.annotations?.[annotation.dependencies] === text) return done
  const body = { metadata: { annotations: { [annotation.dependencies]: text ?? null } } }
  await machine.client.patch(resourceBindingKind, keyOf(binding), { type: 'merge', body })
  return done
}

function report(machine: Machine, object: Manifest, attached: Binding, by: readonly Binding[]): void {
  for (const each of by) {
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

/** Makes the binding of an object follow those that depend on the object. */
async function keepAttached({ machine, templates }: Attacher, at: Reference): Promise<Outcome> {
  const object = templates.get(at)
  if (!object?.metadata.namespace) return done
  const bindings = machine.store(resourceBindingKind)
  const existing = bindings.get(bindingKeyOf(object))
  if (existing && isOfAnother(existing, object.metadata.uid)) return done // heard of when it is gone
  const by = referrers(bindings, object)
  const wanted = attach(object, existing, by)
  if (!wanted) return done
  try {
    const written = await write(machine, resourceBindingKind, existing, wanted)
    if (written) report(machine, object, written, by)
    return done
  } catch (cause) {
    if (isAlreadyExists(cause) || isNotFound(cause)) return again(soon)
    for (const each of by) machine.event(each, 'Warning', 'SyncScheduleResultToDependenciesFailed', reasonOf(cause))
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
    step: (at) => keepAttached(attacher, at),
  })
  const isNeeded = (object: Manifest): boolean =>
    hasDependents(bindings, object) || bindings.get(bindingKeyOf(object))?.spec.requiredBy !== undefined
  const hear: TemplateListener = (change) => {
    const object = change.after ?? change.before
    if (object && isMoreThanStatus(change) && isNeeded(object)) worker.enqueue(referenceTo(object), 'low')
  }
  const hearBinding = (change: Change<Binding>) => {
    if (!dependsAnew(change)) return
    for (const at of neededBy(templates, change)) worker.enqueue(at)
    if (!change.after && change.before?.spec.requiredBy) worker.enqueue(change.before.spec.resource)
  }
  const recorder = machine
    .controller('bind:dependencies')
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
