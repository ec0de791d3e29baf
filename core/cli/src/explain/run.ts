import type { LookingFlags } from '../commands/looking.ts'
import { answer } from '../output/answer.ts'
import { createProgress } from '../output/progress.ts'
import { reachControl } from '../plan/control.ts'
import { machineOf } from '../plan/machine.ts'
import { explain } from './explain.ts'
import { explanationText } from './print.ts'
import { subjectNamed } from './subject.ts'

/** Milliseconds everything may take. */
const patience = 60_000

/** What a person names on the command line. */
export interface Named {
  readonly type: string
  readonly name: string
}

export async function runExplain({ type, name }: Named, flags: LookingFlags, version: string): Promise<void> {
  const machine = machineOf(flags, version)
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const control = await reachControl(open, flags, signal)
  const subject = await subjectNamed(control, type, name, signal)
  const found = await explain(control, subject, machine, createProgress(process.stderr), signal)
  console.log(answer('Explanation', found, flags, () => explanationText(found, flags)))
}
