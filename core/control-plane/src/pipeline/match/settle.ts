import {
  done,
  errors,
  isNotFound,
  label,
  type Manifest,
  type Outcome,
  type PropagationPolicy,
  type Reference,
  reasonOf,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { claimant, claimBy, claimOf, claimPatch, policyText } from '../../manifest/claim.ts'
import { missingOverrides } from '../../manifest/dependent-overrides.ts'
import type { Templates } from '../../manifest/templates.ts'
import { scopesOf } from './candidates.ts'
import { match } from './match.ts'
import type { MatchMetrics } from './metrics.ts'

export interface Settling {
  readonly machine: Machine
  readonly templates: Templates
  readonly metrics: MatchMetrics
}

/** A template that goes, or that another controller speaks for. */
const isLeftAlone = ({ metadata }: Manifest): boolean =>
  metadata.deletionTimestamp !== undefined || Boolean(metadata.labels?.[label.claimedBy])

/** A template and its policies: the one that has it, and the one that gets it. */
interface Handover {
  readonly template: Manifest
  readonly current: PropagationPolicy | undefined
  readonly next: PropagationPolicy | undefined
}

/** Whether a policy must not take a template yet, though it is the one: it waits for overrides, or for the next edit. */
function waits({ machine }: Settling, template: Manifest, policy: PropagationPolicy, isEdited: boolean): boolean {
  if (policy.spec.activationPreference === 'Lazy' && !isEdited) return true
  const missing = missingOverrides(machine, policy)
  if (missing.length === 0) return false
  const { message } = errors.OVERRIDES_MISSING(policyText(policy), missing.join(', '))
  machine.event(template, 'Warning', 'ApplyPolicyFailed', message)
  return true
}

async function handoverOf(settling: Settling, template: Manifest, isEdited: boolean): Promise<Handover> {
  const { machine, metrics } = settling
  const start = performance.now()
  const claim = claimOf(template)
  const current = claim && claimant(machine, claim)
  const next = await match(machine.ask, { template, current, scopes: scopesOf(machine, template) })
  metrics.seconds.observe((performance.now() - start) / 1000)
  const isTaken = next !== undefined && next !== current
  return { template, current, next: isTaken && waits(settling, template, next, isEdited) ? current : next }
}

const words = (policy: PropagationPolicy): string => policyText(policy).replace('policy', 'propagation policy')
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function report({ machine, metrics }: Settling, { template, current, next }: Handover): void {
  const isPreempted = current !== undefined && next !== undefined && current !== next
  told(machine, 'match', template, isPreempted ? 'preempted' : next ? 'claimed' : 'released')
  if (!isPreempted) return
  metrics.preemptions.add({ result: 'success' })
  const message = `${sentence(words(next))} preempted ${words(current)} successfully`
  machine.event(template, 'Normal', 'PreemptPolicySucceed', message)
}

function complain({ machine, metrics }: Settling, { template, current, next }: Handover, cause: unknown): void {
  if (!next) return
  const reason = reasonOf(cause)
  if (!current || current === next) {
    machine.event(template, 'Warning', 'ApplyPolicyFailed', `Apply ${policyText(next)} failed: ${reason}`)
    return
  }
  metrics.preemptions.add({ result: 'error' })
  const message = `${sentence(words(next))} failed to preempt ${words(current)}: ${reason}`
  machine.event(template, 'Warning', 'PreemptPolicyFailed', message)
}

/** Makes a template's claim what it should be; writes only when it is not. `isEdited`: its author changed it since. */
export async function settle(settling: Settling, at: Reference, isEdited: boolean): Promise<Outcome> {
  const { machine, templates } = settling
  const template = templates.get(at)
  const kind = templates.kind(at)
  if (!template || !kind || isLeftAlone(template)) return done
  const handover = await handoverOf(settling, template, isEdited)
  const body = claimPatch(template, handover.next && claimBy(handover.next))
  if (!body) return done
  try {
    await machine.client.patch(kind, at, { type: 'merge', body })
  } catch (cause) {
    if (isNotFound(cause)) return done
    complain(settling, handover, cause)
    throw cause
  }
  report(settling, handover)
  return done
}
