import {
  type Binding,
  type Change,
  type Controller,
  clusterExpressionsText,
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
import { claimant, claimIndex, claimOf, idOf } from '../../manifest/claim.ts'
import { isEdit, isMoreThanStatus } from '../../manifest/content.ts'
import { waitingFor } from '../../manifest/dependent-overrides.ts'
import { listening } from '../../manifest/listening.ts'
import { bindingKinds } from '../../manifest/origin.ts'
import type { SkippedOptions } from '../../manifest/skipped.ts'
import { isBehind } from '../../manifest/template.ts'
import {
  referenceText,
  referenceTo,
  type TemplateListener,
  type Templates,
  watchTemplates,
} from '../../manifest/templates.ts'
import { whose } from '../../manifest/whose.ts'
import { attachers } from './attacher.ts'
import { keepBound } from './binder.ts'
import { bindMetrics } from './metrics.ts'
import { naming, priorityClassKind } from './priority-class.ts'

const policyKinds = [propagationPolicyKind, clusterPropagationPolicyKind]
const overrideKinds = [overridePolicyKind, clusterOverridePolicyKind]

/** Steps wait for their one write, and an API server commits many of them at once. */
const workers = 16

/** Keeps a binding for every claimed template, and for every object that the template of a binding needs. */
export function bindControllers(machine: Machine, options: SkippedOptions = {}): readonly Controller[] {
  const after = [...policyKinds, ...overrideKinds, ...bindingKinds].map((kind) => machine.store<Manifest>(kind))
  const templates = watchTemplates(machine, { name: 'bind', after, ...options })
  return [templates.discovery, binder(machine, templates), ...attachers(machine, templates)]
}

/** Whether a claim came to a template that was written after the policy that claims it. */
function isClaimOfOlder({ store }: Pick<Machine, 'store'>, { before, after }: Change<Manifest>): boolean {
  const claim = after && claimOf(after)
  if (!before || !claim || claimOf(before)?.id === claim.id) return false
  return isBehind(claimant({ store }, claim)?.metadata.resourceVersion, before.metadata.resourceVersion)
}

/** Whether a policy says something new. A lazy one waits for the next edit of the template. */
const saysMore = ({ before, after, initial }: Change<PropagationPolicy>): boolean =>
  after !== undefined &&
  !initial &&
  after.spec.activationPreference !== 'Lazy' &&
  !(before && deepEqual(before.spec, after.spec) && clusterExpressionsText(before) === clusterExpressionsText(after))

const isLeaving = ({ before, after }: Change<PropagationPolicy>): boolean =>
  !after || (after.metadata.deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined)

function binder(machine: Machine, templates: Templates): Controller {
  const { store } = machine
  const binding = { machine, templates, metrics: bindMetrics(machine.metrics) }
  /** Templates that a lazy policy may have now: edited, or newly made, after it. */
  const fresh = new Set<string>()
  const worker = machine.worker<Reference>({
    name: 'bind',
    keyText: referenceText,
    whose: whose.template,
    workers,
    step: async (at, signal) => {
      const text = referenceText(at)
      const isFresh = fresh.delete(text)
      let isOver = false
      try {
        const outcome = await keepBound(binding, at, isFresh, signal)
        isOver = outcome.again === undefined
        return outcome
      } finally {
        if (isFresh && !isOver) fresh.add(text)
      }
    },
  })
  const hear: TemplateListener = (change) => {
    const template = change.after ?? change.before
    if (!template || !isMoreThanStatus(change)) return
    const at = referenceTo(template)
    if (!machine.owns(whose.template(at))) return
    if (isEdit(change) || isClaimOfOlder(machine, change)) fresh.add(referenceText(at))
    worker.enqueue(at, change.initial ? 'low' : 'normal')
  }
  const bindClaimed = (policy: PropagationPolicy) => {
    for (const template of templates.by(claimIndex, idOf(policy) ?? '')) worker.enqueue(referenceTo(template), 'low')
  }
  /** Those whose template a lazy policy has had since. All others hear of it when their template loses its claim. */
  const leave = (policy: PropagationPolicy) => {
    const id = idOf(policy) ?? ''
    for (const { spec } of bindingKinds.flatMap((kind) => store(kind).by(claimIndex, id))) {
      const template = templates.get(spec.resource)
      if (template && claimOf(template)?.id !== id) worker.enqueue(spec.resource, 'low')
    }
  }
  const hearPolicies = (kind: Kind<PropagationPolicy>) =>
    store(kind).listen((change) => {
      if (change.after && saysMore(change)) bindClaimed(change.after)
      if (change.before && isLeaving(change)) leave(change.before)
    })
  const hearOverrides = (kind: Kind<OverridePolicy>) =>
    store(kind).listen(({ before, after, initial }) => {
      if (after && !before && !initial) waitingFor(machine, after).forEach(bindClaimed)
    })
  const hearBindings = (kind: Kind<Binding>) =>
    store(kind).listen(({ before, after }) => {
      if (!before || after || !machine.owns(whose.template(before.spec.resource))) return
      fresh.add(referenceText(before.spec.resource))
      worker.enqueue(before.spec.resource)
    })
  const hearPriorityClasses = () =>
    store(priorityClassKind).listen(({ before, after }) => {
      if (after && before?.value !== after.value) naming(machine, after).forEach(bindClaimed)
    })
  return listening(worker, () => [
    templates.listen(hear),
    ...policyKinds.map(hearPolicies),
    ...overrideKinds.map(hearOverrides),
    ...bindingKinds.map(hearBindings),
    hearPriorityClasses(),
  ])
}
