import {
  again,
  type Binding,
  bestFit,
  deepEqual,
  done,
  type ErrorCode,
  errors,
  FlotillaError,
  fit,
  groupOf,
  isAlreadyExists,
  isNotFound,
  type Kind,
  keyOf,
  keyText,
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
import { isEditedSince } from '../../manifest/content.ts'
import { missingOverrides } from '../../manifest/dependent-overrides.ts'
import type { Templates } from '../../manifest/templates.ts'
import { bind, bindingKeyOf, bindingKindOf, templateAnnotation } from './bind.ts'
import { policyApplied, say } from './condition.ts'
import { withNeeds } from './dependencies.ts'
import type { BindMetrics } from './metrics.ts'
import { priorityOf } from './priority-class.ts'
import { askingFor } from './told-of-needs.ts'
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

/** Errors that whoever wrote the policy can do something about. */
const ofPolicies: ReadonlySet<ErrorCode> = new Set(['OVERRIDES_MISSING', 'PRIORITY_CLASS_UNKNOWN'])

/** How long until the cache surely knows a binding that the server said it has. */
const soon = 100

/** The policy left the template: so it does its binding, which stays. */
async function letGo({ machine }: Binder, { template, kind, existing }: Pair): Promise<Outcome> {
  if (!existing || existing.spec.resource.uid !== template.metadata.uid) return done
  const body = claimPatch(existing, undefined)
  const released = body && (await machine.client.patch(kind, keyOf(existing), { type: 'merge', body }))
  await say(machine, kind, released ?? existing, policyApplied)
  if (released) told(machine, 'bind', template, 'released')
  return done
}

/** Tells the owner of a template, and of a policy where it is to blame, why the policy does not reach the binding. */
function complain({ machine }: Binder, { template }: Pair, policy: PropagationPolicy, cause: unknown): void {
  const message = `Apply ${policyText(policy)} failed: ${reasonOf(cause)}`
  machine.event(template, 'Warning', 'ApplyPolicyFailed', message)
  const isOfPolicy = cause instanceof FlotillaError && ofPolicies.has(cause.code)
  if (isOfPolicy) machine.event(policy, 'Warning', 'ApplyPolicyFailed', message)
}

/** Whether the policy is news: to tell of every edit of a template would cost as much as the edit. */
const isNewlyPlaced = (existing: Binding | undefined, wanted: Binding): boolean =>
  !existing ||
  claimOf(existing)?.id !== claimOf(wanted)?.id ||
  !deepEqual(existing.spec.placement, wanted.spec.placement)

async function apply(binder: Binder, pair: Pair, policy: PropagationPolicy, signal: AbortSignal): Promise<Outcome> {
  const { machine } = binder
  const { template, kind, existing } = pair
  const missing = missingOverrides(machine, policy)
  if (missing.length > 0) throw errors.OVERRIDES_MISSING(policyText(policy), missing.join(', '))
  const priority = await priorityOf(machine, policy, signal)
  const wanted = await bind(askingFor(machine, template), { template, policy, existing, priority })
  const written = await write(
    machine,
    kind,
    existing,
    existing ? wanted : await withNeeds(machine.ask, wanted, template),
  )
  const now = written ?? existing
  if (now) await say(machine, kind, now, policyApplied)
  if (!written) return done
  if (isNewlyPlaced(existing, wanted)) {
    machine.event(template, 'Normal', 'ApplyPolicySucceed', `Apply ${policyText(policy)} succeed`)
  }
  told(machine, 'bind', template, existing ? 'updated' : 'created')
  return done
}

/** Applies a policy, and says so where that fails. */
async function applied(binder: Binder, pair: Pair, policy: PropagationPolicy, signal: AbortSignal): Promise<Outcome> {
  const { machine, metrics } = binder
  try {
    const outcome = await metrics.timed(() => apply(binder, pair, policy, signal))
    metrics.attempts.add({ result: 'success' })
    return outcome
  } catch (cause) {
    if (isAlreadyExists(cause) || isNotFound(cause)) return again(soon)
    metrics.attempts.add({ result: 'error' })
    complain(binder, pair, policy, cause)
    if (pair.existing) await say(machine, pair.kind, pair.existing, policyApplied, cause)
    throw cause
  }
}

/** Whether a policy reaches the binding now. A lazy one waits for the next edit of the template. */
const isDue = ({ template, existing }: Pair, { spec }: PropagationPolicy, isFresh: boolean): boolean =>
  spec.activationPreference !== 'Lazy' ||
  (existing ? isEditedSince(existing.metadata.annotations?.[templateAnnotation], template) : isFresh)

/** Whether a binding is somebody's still: of the policy it was made by, though a lazy one has its template by now. */
const isHeld = ({ machine }: Binder, { existing }: Pair): boolean => {
  const holder = existing && claimOf(existing)
  return holder !== undefined && claimant(machine, holder) !== undefined
}

/** Two kinds of different groups share a name of binding; the one that came first has it. */
async function reportTaken({ machine }: Binder, { template, existing }: Pair): Promise<Outcome> {
  const other = existing?.spec.resource
  if (!other || groupOf(other.apiVersion) === groupOf(template.apiVersion)) return done // heard of when it is gone
  const error = errors.BINDING_TAKEN(keyText(bindingKeyOf(template)), `${other.kind} of ${other.apiVersion}`)
  machine.event(template, 'Warning', 'ApplyPolicyFailed', error.message)
  throw error
}

/**
 * Makes the binding of a template what its policy says; writes only when it is not. `isFresh`: the template was edited
 * after its policy, or nobody knows.
 */
export async function keepBound(
  binder: Binder,
  at: Reference,
  isFresh: boolean,
  signal: AbortSignal,
): Promise<Outcome> {
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
  if (existing && isOfAnother(existing, template.metadata.uid)) return reportTaken(binder, pair)
  if (isDue(pair, policy, isFresh)) return applied(binder, pair, policy, signal)
  return isHeld(binder, pair) ? done : letGo(binder, pair)
}
