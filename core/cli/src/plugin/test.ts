import type { TestFlags } from '../commands/authoring.ts'
import { judge, resultText, summaryText } from '../interpret/verdicts.ts'
import { answer } from '../output/answer.ts'
import { startBuilt } from './answering.ts'

/** Runs the cases of a project against what was built of it; throws when one fails, after telling of all. */
export async function runTest(folder: string, flags: TestFlags, version: string): Promise<void> {
  await using open = new AsyncDisposableStack()
  const { ask, cases } = await startBuilt(open, folder, flags.cases, version)
  const isForPerson = flags.output === undefined
  const report = await judge(ask, cases, (result) => isForPerson && console.log(resultText(result)))
  console.log(answer('InterpretTest', report, flags, () => summaryText(report)))
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.cases.length} cases failed`)
}
