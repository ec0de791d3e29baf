import type { SimulateFlags } from '../commands/simulate.ts'
import { answer } from '../output/answer.ts'
import { createProgress } from '../output/progress.ts'
import { reachControl } from '../plan/control.ts'
import { readFiles, type Written } from '../plan/files.ts'
import { machineOf } from '../plan/machine.ts'
import { nameOf } from '../plan/print.ts'
import type { Changes } from './changes.ts'
import { simulationText } from './print.ts'
import { simulate } from './simulate.ts'

/** Milliseconds everything may take. */
const patience = 5 * 60_000

const filesOf = async (paths: readonly string[]): Promise<readonly Written[]> =>
  paths.length > 0 ? readFiles({ paths, recursive: false }) : []

const changesOf = async (flags: SimulateFlags): Promise<Changes> => ({
  drain: flags.drain ?? [],
  cordon: flags.cordon ?? [],
  remove: flags.removeCluster ?? [],
  add: await filesOf(flags.addCluster ?? []),
  policies: await filesOf(flags.policy ?? []),
  rebalance: flags.rebalance ?? false,
})

export async function runSimulate(flags: SimulateFlags, version: string): Promise<void> {
  const machine = machineOf(flags, version)
  const changes = await changesOf(flags)
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const control = await reachControl(open, flags, signal)
  const found = await simulate(control, changes, machine, createProgress(process.stderr), signal)
  for (const warning of found.warnings) console.error(`flotilla: ${warning}`)
  console.log(answer('Simulation', found, flags, () => simulationText(found, flags)))
  const refused = found.applied.filter(({ result }) => result === 'refused')
  for (const { from, object, reason } of refused)
    console.error(`flotilla: ${from}: ${nameOf(object)} would be refused: ${reason}`)
  if (refused.length > 0) throw new Error(`${refused.length} of ${found.applied.length} objects would be refused`)
}
