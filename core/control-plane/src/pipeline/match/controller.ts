import {
  type Controller,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  type Kind,
  keyOf,
  type Manifest,
  type OverridePolicy,
  overridePolicyKind,
  type PropagationPolicy,
  propagationPolicyKind,
  type Reference,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { isMoreThanStatus } from '../../manifest/content.ts'
import { waitingFor } from '../../manifest/dependent-overrides.ts'
import { listening } from '../../manifest/listening.ts'
import type { SkippedOptions } from '../../manifest/skipped.ts'
import { referenceText, referenceTo, type TemplateListener, watchTemplates } from '../../manifest/templates.ts'
import { whose } from '../../manifest/whose.ts'
import { claimable, isNews, touchedBy } from './candidates.ts'
import { matchMetrics } from './metrics.ts'
import { releases } from './release.ts'
import { complainOf } from './selector.ts'
import { settle } from './settle.ts'

const policyKinds = [propagationPolicyKind, clusterPropagationPolicyKind]
const overrideKinds = [overridePolicyKind, clusterOverridePolicyKind]

/** Steps wait for their one write, and an API server commits many of them at once. */
const workers = 16

/** Gives every template its policy, and takes it away again. */
export function matchControllers(machine: Machine, options: SkippedOptions = {}): readonly Controller[] {
  const { store } = machine
  const after = [...policyKinds, ...overrideKinds].map((kind) => store<Manifest>(kind))
  const templates = watchTemplates(machine, { name: 'match', after, ...options })
  const settling = { machine, templates, metrics: matchMetrics(machine.metrics) }

  const worker = machine.worker<Reference>({
    name: 'match',
    keyText: referenceText,
    whose: whose.template,
    workers,
    step: (at) => settle(settling, at),
  })
  const hear: TemplateListener = (change) => {
    const template = change.after ?? change.before
    if (template && isMoreThanStatus(change)) worker.enqueue(referenceTo(template), change.initial ? 'low' : 'normal')
  }
  const matchAgain = (template: Manifest) => worker.enqueue(referenceTo(template), 'low')
  const hearPolicies = (kind: Kind<PropagationPolicy>) =>
    store(kind).listen((change) => {
      if (change.after && isNews(change) && machine.owns(whose.policy(keyOf(change.after))))
        complainOf(machine, change.after)
      touchedBy(templates, change).forEach(matchAgain)
    })
  const hearOverrides = (kind: Kind<OverridePolicy>) =>
    store(kind).listen(({ before, after, initial }) => {
      if (!after || before || initial) return
      for (const policy of waitingFor(machine, after)) claimable(templates, policy).forEach(matchAgain)
    })

  const matcher = listening(worker, () => [
    templates.listen(hear),
    ...policyKinds.map(hearPolicies),
    ...overrideKinds.map(hearOverrides),
  ])
  return [templates.discovery, matcher, ...policyKinds.map((kind) => releases(machine, templates, kind))]
}
