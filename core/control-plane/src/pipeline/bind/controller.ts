import {
  type Binding,
  type Change,
  type Controller,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  deepEqual,
  type Kind,
  type Manifest,
  type OverridePolicy,
  overridePolicyKind,
  type PropagationPolicy,
  propagationPolicyKind,
  type Reference,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { claimIndex, idOf } from '../../manifest/claim.ts'
import { isMoreThanStatus } from '../../manifest/content.ts'
import { waitingFor } from '../../manifest/dependent-overrides.ts'
import { listening } from '../../manifest/listening.ts'
import { bindingKinds } from '../../manifest/origin.ts'
import type { SkippedOptions } from '../../manifest/skipped.ts'
import {
  referenceText,
  referenceTo,
  type TemplateListener,
  type Templates,
  watchTemplates,
} from '../../manifest/templates.ts'
import { attachers } from './attacher.ts'
import { keepBound } from './binder.ts'
import { bindMetrics } from './metrics.ts'

const policyKinds = [propagationPolicyKind, clusterPropagationPolicyKind]
const overrideKinds = [overridePolicyKind, clusterOverridePolicyKind]

/** Steps wait for their one write, and an API server commits many of them at once. */
const workers = 32

/** Keeps a binding for every claimed template, and for every object that the template of a binding needs. */
export function bindControllers(machine: Machine, options: SkippedOptions = {}): readonly Controller[] {
  const after = [...policyKinds, ...overrideKinds, ...bindingKinds].map((kind) => machine.store<Manifest>(kind))
  const templates = watchTemplates(machine, { name: 'bind', after, ...options })
  return [templates.discovery, binder(machine, templates), ...attachers(machine, templates)]
}

/** Whether a policy says something new. A lazy one waits for the next edit of the template. */
const saysMore = ({ before, after, initial }: Change<PropagationPolicy>): boolean =>
  after !== undefined &&
  !initial &&
  after.spec.activationPreference !== 'Lazy' &&
  !(before && deepEqual(before.spec, after.spec))

function binder(machine: Machine, templates: Templates): Controller {
  const { store } = machine
  const binding = { machine, templates, metrics: bindMetrics(machine.metrics) }
  const worker = machine.worker<Reference>({
    name: 'bind',
    keyText: referenceText,
    workers,
    step: (at, signal) => keepBound(binding, at, signal),
  })
  const hear: TemplateListener = (change) => {
    const template = change.after ?? change.before
    if (template && isMoreThanStatus(change)) worker.enqueue(referenceTo(template), change.initial ? 'low' : 'normal')
  }
  const bindClaimed = (policy: PropagationPolicy) => {
    for (const template of templates.by(claimIndex, idOf(policy) ?? '')) worker.enqueue(referenceTo(template), 'low')
  }
  const hearPolicies = (kind: Kind<PropagationPolicy>) =>
    store(kind).listen((change) => {
      if (change.after && saysMore(change)) bindClaimed(change.after)
    })
  const hearOverrides = (kind: Kind<OverridePolicy>) =>
    store(kind).listen(({ before, after, initial }) => {
      if (after && !before && !initial) waitingFor(machine, after).forEach(bindClaimed)
    })
  const hearBindings = (kind: Kind<Binding>) =>
    store(kind).listen(({ before, after }) => {
      if (before && !after) worker.enqueue(before.spec.resource)
    })
  return listening(worker, () => [
    templates.listen(hear),
    ...policyKinds.map(hearPolicies),
    ...overrideKinds.map(hearOverrides),
    ...bindingKinds.map(hearBindings),
  ])
}
