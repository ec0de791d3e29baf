import type { DiffFlags } from '../commands/diff.ts'
import type { PlanFlags } from '../commands/plan.ts'
import { answer } from '../output/answer.ts'
import { createProgress } from '../output/progress.ts'
import type { Applied } from './applying.ts'
import { reachControl } from './control.ts'
import { drifts } from './drift.ts'
import { readFiles } from './files.ts'
import { kindNamed } from './kind.ts'
import { machineOf } from './machine.ts'
import { plan } from './plan.ts'
import { driftText, nameOf, planText } from './print.ts'

/** Milliseconds everything may take. */
const patience = 5 * 60_000

const refusal = ({ object, from, reason }: Applied): string =>
  `flotilla: ${from}: ${nameOf(object)} would be refused: ${reason}`

export async function runPlan(flags: PlanFlags, version: string): Promise<void> {
  const machine = machineOf(flags, version)
  const written = await readFiles({ paths: flags.filename, recursive: flags.recursive ?? false })
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const control = await reachControl(open, flags, signal)
  const found = await plan(control, written, machine, createProgress(process.stderr), signal)
  for (const warning of found.warnings) console.error(`flotilla: ${warning}`)
  console.log(answer('Plan', found, flags, () => planText(found, flags)))
  const refused = found.applied.filter(({ result }) => result === 'refused')
  for (const each of refused) console.error(refusal(each))
  if (refused.length > 0) throw new Error(`${refused.length} of ${found.applied.length} objects would be refused`)
}

/** What a person names on the command line. */
export interface Named {
  readonly type: string | undefined
  readonly name: string | undefined
}

export async function runDiff({ type, name }: Named, flags: DiffFlags, version: string): Promise<void> {
  const machine = machineOf(flags, version)
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const control = await reachControl(open, flags, signal)
  const [typeName, ownName] = type?.includes('/') ? type.split('/') : [type, name]
  const kind = typeName === undefined ? undefined : await kindNamed(control, typeName)
  const options = {
    ...machine,
    everywhere: flags.allNamespaces ?? false,
    ...(kind && { kind }),
    ...(ownName !== undefined && { name: ownName }),
    ...(flags.cluster && { clusters: flags.cluster }),
  }
  const found = await drifts(control, options, createProgress(process.stderr), signal)
  console.log(answer('Diff', found, flags, () => driftText(found, flags)))
}
