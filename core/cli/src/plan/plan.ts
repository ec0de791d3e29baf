import { type Config, isPropagated } from '@flotilla/core'
import {
  ApiError,
  deepEqual,
  FlotillaError,
  keyOf,
  type Log,
  type Manifest,
  prune,
  type Reference,
  reasonOf,
} from '@flotilla/sdk'
import type { Progress } from '../output/progress.ts'
import type { Control } from './control.ts'
import { changedTemplates, type Effect, effectOf, isSameWork, overridesIn, type Placement } from './effect.ts'
import type { Written } from './files.ts'
import { type Members, membersOf, neighbours } from './members.ts'
import { handedOver } from './ownership.ts'
import { type Placed, place } from './placed.ts'
import { complainedOf, reasonsFor, renderRefusal, type Witness, witnessOf } from './reasons.ts'
import { scopeFor } from './scope.ts'
import { type Scratch, startScratch } from './scratch.ts'
import { takePicture } from './snapshot.ts'
import { addressText, type Decided, type State, stateIn, stateOf } from './state.ts'
import { inTurns } from './turns.ts'
import { judge, plain, type Verdict, visible } from './verdict.ts'

export interface PlanOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
}

/** What the control plane would say to one object of the files. */
export interface Applied {
  readonly object: Reference
  readonly from: string
  readonly result: 'created' | 'configured' | 'unchanged' | 'refused'
  readonly reason?: string
}

/** One object in one cluster, and what would be done about it. */
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

export interface Plan {
  readonly applied: readonly Applied[]
  readonly templates: readonly PlannedTemplate[]
  /** What the answer does not take into account. */
  readonly warnings: readonly string[]
}

/** Placements looked at in members at once. */
const looksAtOnce = 32

export const referenceOf = ({ apiVersion, kind, metadata }: Manifest): Reference => ({
  apiVersion,
  kind,
  ...keyOf({ metadata }),
})

/** What kubectl needs to be there before anything of it is applied goes first; the rest stays in the order of the files. */
const firstKinds = ['Namespace', 'CustomResourceDefinition']

type Known = Awaited<ReturnType<typeof place>>[number]

const inOrder = (objects: readonly Known[]): readonly Known[] => [
  ...firstKinds.flatMap((kind) => objects.filter(({ manifest }) => manifest.kind === kind)),
  ...objects.filter(({ manifest }) => !firstKinds.includes(manifest.kind)),
]

const isPlaced = (object: Known): object is Placed => object.kind !== undefined

async function applyOne(scratch: Scratch, object: Known): Promise<Applied> {
  const { manifest, from } = object
  const about = { object: referenceOf(manifest), from }
  if (!isPlaced(object)) {
    const reason = `nobody serves ${manifest.kind} of ${manifest.apiVersion}: is its CustomResourceDefinition missing?`
    return { ...about, result: 'refused', reason }
  }
  try {
    const before = await scratch.client.get(object.kind, keyOf(manifest))
    const after = await scratch.apply(object.kind, manifest)
    const isSame = before !== undefined && deepEqual(prune(before), prune(after))
    return { ...about, result: before ? (isSame ? 'unchanged' : 'configured') : 'created' }
  } catch (error) {
    if (error instanceof ApiError || error instanceof FlotillaError)
      return { ...about, result: 'refused', reason: error.message }
    throw error
  }
}

/** One after the other: a definition may bring the kind of what comes next. */
async function applyAll(scratch: Scratch, objects: readonly Known[]): Promise<readonly Applied[]> {
  const applied: Applied[] = []
  for (const object of inOrder(objects)) applied.push(await applyOne(scratch, object))
  return applied
}

/** What everything that is to be said is found out with. */
interface Inquiry {
  readonly witness: Witness
  readonly members: Members
  readonly before: State
  readonly after: State
  readonly objects: readonly Placed[]
  readonly signal: AbortSignal
}

/** Without the member's word: what the Work says, against what it said before. */
const byWorks = (reason: string, { work, before }: Placement): Verdict => {
  const [desired, observed] = [work, before].map((each) => each?.spec.workload?.manifests?.[0])
  const gone = work?.metadata.deletionTimestamp !== undefined
  const found = gone || !desired ? [] : visible(desired, desired, observed)
  return { act: 'unknown', reason, differences: found }
}

async function verdictOn(inquiry: Inquiry, placement: Placement, decided: Decided | undefined, template?: Manifest) {
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

async function templateAt({ witness }: Inquiry, at: Reference, objects: readonly Placed[]) {
  const kind = await witness.kind(at)
  const template = kind && (await witness.client.get(kind, keyOf({ metadata: at })))
  return {
    kind: kind ?? objects.find(({ manifest }) => addressText(referenceOf(manifest)) === addressText(at))?.kind,
    template,
  }
}

async function planned(inquiry: Inquiry, at: Reference): Promise<PlannedTemplate> {
  const { before, after, witness, objects } = inquiry
  const address = addressText(at)
  const decided = after.get(address)
  const { kind, template } = await templateAt(inquiry, at, objects)
  const effect = effectOf(at, before.get(address), decided)
  const reasons = await reasonsFor(witness, kind, template, decided)
  const placements = await inTurns(effect.placements, looksAtOnce, async (placement): Promise<PlannedPlacement> => {
    const { work, before: _, ...where } = placement
    return { ...where, overrides: overridesIn(work), verdict: await verdictOn(inquiry, placement, decided, template) }
  })
  return { ...effect, placements, reasons }
}

/** What would happen if the objects were applied. Nothing is written anywhere. */
export async function plan(
  control: Control,
  written: readonly Written[],
  options: PlanOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Plan> {
  await using open = new AsyncDisposableStack()
  const objects = await place(control, written)
  const known = objects.filter(isPlaced)
  const picture = await progress.step('control plane read', async (say) => {
    say(control.identity.server)
    const scope = await scopeFor(
      control,
      known.map(({ manifest }) => manifest),
      signal,
    )
    const taken = await takePicture(control, scope, signal)
    say(`${taken.rows.length} objects`)
    return taken
  })
  const warnings = [...picture.gaps]
  const before = stateOf(picture.bindings, picture.works)
  const scratch = await startScratch(open, {
    ...options,
    rows: picture.rows.map((row) => ({ ...row, object: handedOver(row.object) })),
    plugins: [neighbours(control.identity)],
  })
  const rest = async (): Promise<State> => {
    if (!(await scratch.settled(signal)))
      warnings.push('the control plane did not come to rest: this may not be the end')
    return stateIn(scratch.client)
  }
  const look = () => witnessOf(scratch.client, scratch.ask, options.config)
  const [applied, after, touched] = await progress.step('applied in memory', async (say) => {
    const [baseline, heard] = [await rest(), await look()]
    const waiting = changedTemplates(before, baseline).length
    if (waiting > 0)
      warnings.push(`${waiting} templates are on their way without it: what is said of them includes that`)
    say(`${known.length} objects`)
    const applied = await applyAll(scratch, objects)
    const after = await rest()
    return [applied, after, [...changedTemplates(baseline, after), ...complainedOf(heard, await look(), after)]]
  })
  const templates = await progress.step('members asked', async (say) => {
    const inquiry: Inquiry = {
      witness: await look(),
      members: membersOf(scratch.ask, control, signal),
      before,
      after,
      objects: known,
      signal,
    }
    const own = known.filter(({ kind }) => isPropagated(kind, options.config))
    const taken = new Set(applied.filter(({ result }) => result !== 'refused').map(({ object }) => addressText(object)))
    const named = own.map(({ manifest }) => referenceOf(manifest)).filter((at) => taken.has(addressText(at)))
    const all = new Map([...named, ...touched].map((at) => [addressText(at), at]))
    say(`about ${all.size} templates`)
    return inTurns([...all.values()], looksAtOnce, (at) => planned(inquiry, at))
  })
  return { applied, templates, warnings }
}
