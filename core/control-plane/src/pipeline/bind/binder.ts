import {
  again,
  type Binding,
  bestFit,
  done,
  errors,
  fit,
  isAlreadyExists,
  isNotFound,
  type Kind,
  keyOf,
  label,
  type Manifest,
  type Outcome,
  type PropagationPolicy,
  type Reference,
  reasonOf,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { claimant, claimOf, claimPatch, policyText } from '../../manifest/claim.ts'
import { missingOverrides } from '../../manifest/dependent-overrides.ts'
import type { Templates } from '../../manifest/templates.ts'
import { bind, bindingKeyOf, bindingKindOf } from './bind.ts'
import type { BindMetrics } from './metrics.ts'
import { isOfAnother, write } from './write.ts'

export interface Binder {
  readonly machine: Machine
  readonly templates: Templates
  readonly metrics: BindMetrics
}

/** A template and its binding, if there is one. */
interface Pair {
  readonly template: Manifest
  readonly kind: Kind<Binding>
  readonly existing: Binding | undefined
}

const priorityClassKind: Kind<Manifest & { readonly value?: number }> = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
}

/** How long until the cache surely knows a binding that the server said it has. */
const soon = 100

/** The priority a policy names. Few do, so nothing is cached for it. */
async function priorityOf(
  { client }: Machine,
  { spec: { schedulePriority } }: PropagationPolicy,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (!schedulePriority) return undefined
  const name = schedulePriority.priorityClassName
  const found = await client.get(priorityClassKind, { name }, { signal })
  if (!found) throw errors.PRIORITY_CLASS_UNKNOWN(name)
  return found.value ?? 0
}

/** The policy left the template: so it does its binding, which stays. */
async function letGo({ machine }: Binder, { template, kind, existing }: Pair): Promise<Outcome> {
  if (!existing || existing.spec.resource.uid !== template.metadata.uid) return done
  const body = claimPatch(existing, undefined)
  if (!body) return done
  await machine.client.patch(kind, keyOf(existing), { type: 'merge', body })
  told(machine, 'bind', template, 'released')
  return done
}

async function apply(binder: Binder, pair: Pair, policy: PropagationPolicy, signal: AbortSignal): Promise<Outcome> {
  const { machine } = binder
  const { template, kind, existing } = pair
  const priority = await priorityOf(machine, policy, signal)
  const wanted = await bind(machine.ask, { template, policy, existing, priority })
  if (!(await write(machine, kind, existing, wanted))) return done
  machine.event(template, 'Normal', 'ApplyPolicySucceed', `Apply ${policyText(policy)} succeed`)
  told(machine, 'bind', template, existing ? 'updated' : 'created')
  return done
}

/** Applies a policy, and tells the template's owner when that fails. */
async function applied(binder: Binder, pair: Pair, policy: PropagationPolicy, signal: AbortSignal): Promise<Outcome> {
  const { machine, metrics } = binder
  try {
    const outcome = await metrics.timed(() => apply(binder, pair, policy, signal))
    metrics.attempts.add({ result: 'success' })
    return outcome
  } catch (cause) {
    if (isAlreadyExists(cause) || isNotFound(cause)) return again(soon)
    metrics.attempts.add({ result: 'error' })
    const reason = reasonOf(cause)
    machine.event(pair.template, 'Warning', 'ApplyPolicyFailed', `Apply ${policyText(policy)} failed: ${reason}`)
    throw cause
  }
}

/** Makes the binding of a template what its policy says; writes only when it is not. */
export async function keepBound(binder: Binder, at: Reference, signal: AbortSignal): Promise<Outcome> {
  const { machine, templates } = binder
  const template = templates.get(at)
  if (!template || template.metadata.labels?.[label.claimedBy]) return done // without a template, its owner reference takes the binding
  const kind = bindingKindOf(template)
  const existing = machine.store(kind).get(bindingKeyOf(template))
  const pair = { template, kind, existing }
  const claim = claimOf(template)
  if (!claim) return letGo(binder, pair)
  const policy = claimant(machine, claim)
  if (!policy || bestFit(policy.spec.resourceSelectors, template) === fit.none) return done // the claim is about to change
  if (missingOverrides(machine, policy).length > 0) return done // heard of when they are there
  if (existing && isOfAnother(existing, template.metadata.uid)) return done // heard of when it is gone
  return applied(binder, pair, policy, signal)
}
