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
import { holderOf, match } from './match.ts'
import type { MatchMetrics } from './metrics.ts'

export interface Settling {
  readonly machine: Machine
  readonly templates: Templates
  readonly metrics: MatchMetrics
}

/** A template that nobody may claim: it goes, another controller speaks for it, or nothing is propagated from where it is. */
const isLeftAlone = ({ templates }: Settling, template: Manifest): boolean =>
  template.metadata.deletionTimestamp !== undefined ||
  Boolean(template.metadata.labels?.[label.claimedBy]) ||
  templates.isAside(template)

/** A template and its policies: the one that has it and selects it, and the one that gets it. */
interface Handover {
  readonly template: Manifest
  readonly holder: PropagationPolicy | undefined
  readonly next: PropagationPolicy | undefined
}

/** Whether a policy must not take a template yet, though it is the one. */
function waits({ machine }: Settling, template: Manifest, policy: PropagationPolicy): boolean {
  const missing = missingOverrides(machine, policy)
  if (missing.length === 0) return false
  const { message } = errors.OVERRIDES_MISSING(policyText(policy), missing.join(', '))
  for (const object of [template, policy]) machine.event(object, 'Warning', 'ApplyPolicyFailed', message)
  return true
}

async function handoverOf(settling: Settling, template: Manifest): Promise<Handover> {
  const { machine, metrics } = settling
  const start = performance.now()
  const claim = claimOf(template)
  const current = claim && claimant(machine, claim)
  const holder = holderOf({ template, current })
  const scopes = isLeftAlone(settling, template) ? [] : scopesOf(machine, template)
  const next = await match(machine.ask, { template, current, scopes })
  metrics.seconds.observe((performance.now() - start) / 1000)
  const isTaken = next !== undefined && next !== current
  return { template, holder, next: isTaken && waits(settling, template, next) ? holder : next }
}

const words = (policy: PropagationPolicy): string => policyText(policy).replace('policy', 'propagation policy')
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function report({ machine, metrics }: Settling, { template, holder, next }: Handover): void {
  const isPreempted = holder !== undefined && next !== undefined && holder !== next
  told(machine, 'match', template, isPreempted ? 'preempted' : next ? 'claimed' : 'released')
  if (!isPreempted) return
  metrics.preemptions.add({ result: 'success' })
  const message = `${sentence(words(next))} preempted ${words(holder)} successfully`
  machine.event(template, 'Normal', 'PreemptPolicySucceed', message)
}

function complain({ machine, metrics }: Settling, { template, holder, next }: Handover, cause: unknown): void {
  if (!next) return
  const reason = reasonOf(cause)
  if (!holder || holder === next) {
    machine.event(template, 'Warning', 'ApplyPolicyFailed', `Apply ${policyText(next)} failed: ${reason}`)
    return
  }
  metrics.preemptions.add({ result: 'error' })
  const message = `${sentence(words(next))} failed to preempt ${words(holder)}: ${reason}`
  machine.event(template, 'Warning', 'PreemptPolicyFailed', message)
}

/** Makes a template's claim what it should be; writes only when it is not. */
export async function settle(settling: Settling, at: Reference): Promise<Outcome> {
  const { machine, templates } = settling
  const template = templates.get(at)
  const kind = templates.kind(at)
  if (!template || !kind) return done
  const handover = await handoverOf(settling, template)
  const body = claimPatch(template, handover.next && claimBy(handover.next))
  if (!body) return done
  try {
    await machine.client.patch(kind, at, { type: 'merge', body }, { answer: 'metadata' })
  } catch (cause) {
    if (isNotFound(cause)) return done
    complain(settling, handover, cause)
    throw cause
  }
  report(settling, handover)
  return done
}
