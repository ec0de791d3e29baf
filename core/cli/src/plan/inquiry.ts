import { keyOf, type Manifest, type Reference, reasonOf } from '@flotilla/sdk'
import { type Effect, effectOf, isSameWork, overridesIn, type Placement } from './effect.ts'
import type { Members } from './members.ts'
import { reasonsFor, renderRefusal, type Witness } from './reasons.ts'
import { addressText, type Decided, type State } from './state.ts'
import { inTurns } from './turns.ts'
import { judge, plain, type Verdict, visible } from './verdict.ts'

/** What everything that is to be said of templates is found out with. */
export interface Inquiry {
  readonly witness: Witness
  readonly members: Members
  readonly before: State
  readonly after: State
  readonly signal: AbortSignal
}

/** A template in one cluster, and what would be done about it there. */
export interface PlannedPlacement extends Omit<Placement, 'work' | 'before'> {
  readonly overrides: readonly string[]
  readonly verdict: Verdict
}

/** What would become of one template. */
export interface PlannedTemplate extends Omit<Effect, 'placements'> {
  readonly placements: readonly PlannedPlacement[]
  /** Why it does not land where it should, or nowhere. */
  readonly reasons: readonly string[]
}

/** Templates looked at at once, and clusters of each of them: what waits for its turn here has no deadline yet. */
const templatesAtOnce = 12
const clustersAtOnce = 4

/** Without the member's word: what the Work says, against what it said before. */
function byWorks(reason: string, { work, before }: Placement): Verdict {
  const [desired, observed] = [work, before].map((each) => each?.spec.workload?.manifests?.[0])
  const isGoing = work?.metadata.deletionTimestamp !== undefined
  return { act: 'unknown', reason, differences: isGoing || !desired ? [] : visible(desired, desired, observed) }
}

async function verdictOn(inquiry: Inquiry, placement: Placement, decided?: Decided, template?: Manifest) {
  const { witness, members, signal } = inquiry
  const { cluster, work, before } = placement
  const refusal = decided && template && (await renderRefusal(witness, template, decided, cluster))
  const desired = work?.spec.workload?.manifests?.[0]
  if (refusal || !work || !desired) return plain('refused', refusal ?? 'it is not rendered')
  if (isSameWork(work, before)) return plain('none')
  try {
    return await members.ask(cluster, (member) => judge({ ask: witness.ask, member, work, desired, signal }))
  } catch (error) {
    signal.throwIfAborted()
    return byWorks(reasonOf(error), placement)
  }
}

async function planned(inquiry: Inquiry, at: Reference): Promise<PlannedTemplate> {
  const { before, after, witness } = inquiry
  const decided = after.get(addressText(at))
  const kind = await witness.kind(at)
  const template = kind && (await witness.client.get(kind, keyOf({ metadata: at })))
  const effect = effectOf(at, before.get(addressText(at)), decided)
  const placements = await inTurns(effect.placements, clustersAtOnce, async (placement): Promise<PlannedPlacement> => {
    const { work, before: _, ...where } = placement
    return { ...where, overrides: overridesIn(work), verdict: await verdictOn(inquiry, placement, decided, template) }
  })
  return { ...effect, placements, reasons: await reasonsFor(witness, kind, template, decided) }
}

/** What would become of templates, each in all of its clusters. */
export const inquire = (inquiry: Inquiry, templates: readonly Reference[]): Promise<readonly PlannedTemplate[]> =>
  inTurns(templates, templatesAtOnce, (at) => planned(inquiry, at))
