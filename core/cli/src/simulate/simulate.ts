import { isPropagated } from '@flotilla/core'
import type { Binding } from '@flotilla/sdk'
import type { Progress } from '../output/progress.ts'
import { type Applied, applyAll } from '../plan/applying.ts'
import type { Control } from '../plan/control.ts'
import type { MachineOptions } from '../plan/machine.ts'
import { neighbours } from '../plan/members.ts'
import { handedOver } from '../plan/ownership.ts'
import { place } from '../plan/placed.ts'
import { everywhere } from '../plan/scope.ts'
import { type Scratch, startScratch } from '../plan/scratch.ts'
import { takePicture } from '../plan/snapshot.ts'
import { bindingsIn, type Changes, changeClusters, checkNames, evictDrained, rebalance } from './changes.ts'
import { byAddress, compare, type Moves } from './moves.ts'

export interface Simulation extends Moves {
  readonly applied: readonly Applied[]
  /** Bindings that stay in clusters that are drained. */
  readonly tolerating: readonly { readonly cluster: string; readonly bindings: number }[]
  /** What the answer does not take into account, or takes for granted. */
  readonly warnings: readonly string[]
}

/** MiB for how decisions came about: moves are explained by them. */
const decisionMemory = 256

/** Starts where the control plane is now: what is decided about clusters alone needs no templates. */
async function startFrom(
  open: AsyncDisposableStack,
  control: Control,
  options: MachineOptions,
  withTemplates: boolean,
  signal: AbortSignal,
) {
  const { rows, gaps } = await takePicture(control, everywhere, signal, { works: false, templates: withTemplates })
  const kinds = await control.discovery.kinds()
  const scratch = await startScratch(open, {
    ...options,
    config: { ...options.config, decisionMemory },
    successEvents: 'few',
    kinds: kinds.filter((kind) => isPropagated(kind, options.config)),
    rows: rows.map((row) => ({ ...row, object: handedOver(row.object) })),
    plugins: [neighbours(control.identity)],
    stages: withTemplates ? ['match', 'bind', 'schedule'] : ['schedule'],
  })
  return { scratch, gaps, count: rows.length }
}

/** Does what is to be thought of as done. First the rules, then what follows from them. */
async function change(scratch: Scratch, control: Control, changes: Changes, rest: () => Promise<void>) {
  const applied = await applyAll(scratch, await place(control, changes.policies))
  const assumed = await changeClusters(scratch.client, changes)
  await rest()
  await evictDrained(scratch, changes)
  if (changes.rebalance) await rebalance(scratch)
  await rest()
  return { applied, assumed }
}

const toleratingIn = (bindings: readonly Binding[], { drain }: Changes): Simulation['tolerating'] =>
  drain
    .map((cluster) => ({
      cluster,
      bindings: bindings.filter(({ spec }) => spec.clusters?.some(({ name }) => name === cluster)).length,
    }))
    .filter(({ bindings }) => bindings > 0)

/** What the scheduler would do if things were otherwise. Nothing is written anywhere. */
export async function simulate(
  control: Control,
  changes: Changes,
  options: MachineOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Simulation> {
  await using open = new AsyncDisposableStack()
  const { scratch, gaps } = await progress.step('control plane read', async (say) => {
    const started = await startFrom(open, control, options, changes.policies.length > 0, signal)
    say(`${started.count} objects`)
    return started
  })
  await checkNames(scratch.client, changes)
  let calm = true
  const rest = async () => {
    calm = (await scratch.settled(signal)) && calm
  }
  return await progress.step('scheduled in memory', async (say) => {
    await rest()
    const before = await bindingsIn(scratch.client)
    const { applied, assumed } = await change(scratch, control, changes, rest)
    const after = await bindingsIn(scratch.client)
    say(`${after.length} bindings`)
    const moves = compare({ before: byAddress(before), after: byAddress(after), decisions: scratch.decisions, changes })
    const unsettled = calm ? [] : ['the scheduler did not come to rest: this may not be the end']
    return {
      ...moves,
      applied,
      tolerating: toleratingIn(after, changes),
      warnings: [...gaps, ...assumed, ...unsettled],
    }
  })
}
