import type { TestFlags } from '../commands/authoring.ts'
import { type CaseResult, judge, resultText, summaryText } from '../interpret/verdicts.ts'
import { answer } from '../output/answer.ts'
import { startBuilt } from './answering.ts'
import { judgeExchange } from './exchange.ts'

/** Runs the cases and exchanges of a project against what was built of it; throws when one fails, after telling of all. */
export async function runTest(folder: string, flags: TestFlags, version: string): Promise<void> {
  await using open = new AsyncDisposableStack()
  const { ask, cases, exchanges } = await startBuilt(open, folder, flags.cases, version)
  const tell = (result: CaseResult): void => {
    if (flags.output === undefined) console.log(resultText(result))
  }
  const judged = await judge(ask, cases, tell)
  const others: CaseResult[] = []
  for (const exchange of exchanges) {
    const result = await judgeExchange(ask, exchange)
    tell(result)
    others.push(result)
  }
  const wrong = others.filter(({ passed }) => !passed).length
  const report = {
    passed: judged.passed + others.length - wrong,
    failed: judged.failed + wrong,
    cases: [...judged.cases, ...others],
  }
  console.log(answer('InterpretTest', report, flags, () => summaryText(report)))
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.cases.length} cases failed`)
}
