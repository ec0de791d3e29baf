import { type Config, isPropagated } from '@flotilla/core'
import type { Log, Reference } from '@flotilla/sdk'
import type { Progress } from '../output/progress.ts'
import { type Applied, applyAll } from './applying.ts'
import type { Control } from './control.ts'
import { changedTemplates } from './effect.ts'
import type { Written } from './files.ts'
import { inquire, type PlannedTemplate } from './inquiry.ts'
import { membersOf, neighbours } from './members.ts'
import { handedOver } from './ownership.ts'
import { isPlaced, type Known, place, referenceOf } from './placed.ts'
import { complainedOf, witnessOf } from './reasons.ts'
import { scopeFor } from './scope.ts'
import { type Scratch, startScratch } from './scratch.ts'
import { type Picture, takePicture } from './snapshot.ts'
import { addressText, type State, stateIn, stateOf } from './state.ts'

export interface PlanOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
}

export interface Plan {
  readonly applied: readonly Applied[]
  readonly templates: readonly PlannedTemplate[]
  /** What the answer does not take into account. */
  readonly warnings: readonly string[]
}

/** What applying objects led to, in memory. */
interface Outcome {
  readonly applied: readonly Applied[]
  readonly after: State
  /** Templates of which something else is decided, or complained. */
  readonly touched: readonly Reference[]
  readonly warnings: readonly string[]
}

const unsettled = 'the control plane did not come to rest: this may not be the end'
const underWay = (count: number): string => `${count} templates are on their way without it: what is said includes that`

async function readFor(control: Control, objects: readonly Known[], signal: AbortSignal): Promise<Picture> {
  const manifests = objects.filter(isPlaced).map(({ manifest }) => manifest)
  return takePicture(control, await scopeFor(control, manifests, signal), signal)
}

/** Starts where the control plane is now. */
async function startFrom(open: AsyncDisposableStack, control: Control, { rows }: Picture, options: PlanOptions) {
  const kinds = await control.discovery.kinds()
  return startScratch(open, {
    ...options,
    kinds: kinds.filter((kind) => isPropagated(kind, options.config)),
    rows: rows.map((row) => ({ ...row, object: handedOver(row.object) })),
    plugins: [neighbours(control.identity)],
  })
}

const witnessIn = ({ client, ask }: Scratch, { config }: PlanOptions) => witnessOf(client, ask, config)

/** First what is still to be decided without the objects, then what is because of them. */
async function outcomeOf(
  scratch: Scratch,
  now: State,
  objects: readonly Known[],
  options: PlanOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const isCalm = await scratch.settled(signal)
  const [baseline, heard] = [await stateIn(scratch.client), await witnessIn(scratch, options)]
  const applied = await applyAll(scratch, objects)
  const isDone = await scratch.settled(signal)
  const after = await stateIn(scratch.client)
  const late = changedTemplates(now, baseline).length
  return {
    applied,
    after,
    touched: [...changedTemplates(baseline, after), ...complainedOf(heard, await witnessIn(scratch, options), after)],
    warnings: [...(isCalm && isDone ? [] : [unsettled]), ...(late > 0 ? [underWay(late)] : [])],
  }
}

/** The templates to speak of: those that were applied, and those that are touched. */
function subjects(objects: readonly Known[], { applied, touched }: Outcome, config: Config): readonly Reference[] {
  const refused = applied.filter(({ result }) => result === 'refused').map(({ object }) => addressText(object))
  const own = objects
    .filter(({ kind }) => kind && isPropagated(kind, config))
    .map(({ manifest }) => referenceOf(manifest))
  const taken = own.filter((at) => !refused.includes(addressText(at)))
  return [...new Map([...taken, ...touched].map((at) => [addressText(at), at])).values()]
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
  const picture = await progress.step('control plane read', async (say) => {
    say(control.identity.server)
    const read = await readFor(control, objects, signal)
    say(`${read.rows.length} objects`)
    return read
  })
  const before = stateOf(picture.bindings, picture.works)
  const scratch = await startFrom(open, control, picture, options)
  const outcome = await progress.step('applied in memory', async (say) => {
    say(`${objects.length} objects`)
    return outcomeOf(scratch, before, objects, options, signal)
  })
  const { applied, after } = outcome
  const templates = await progress.step('members asked', async (say) => {
    const about = subjects(objects, outcome, options.config)
    say(`about ${about.length} templates`)
    const witness = await witnessIn(scratch, options)
    const members = membersOf(scratch.ask, control, signal)
    return inquire({ witness, members, before, after, signal }, about)
  })
  return { applied, templates, warnings: [...picture.gaps, ...outcome.warnings] }
}
