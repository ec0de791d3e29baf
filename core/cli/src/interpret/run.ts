import type { CheckFlags, EditFlags, ExecuteFlags, TestFlags } from '../commands/interpret.ts'
import { answer } from '../output/answer.ts'
import { machineOf } from '../plan/machine.ts'
import { readCases } from './cases.ts'
import { type Check, check, checkText, isFine } from './check.ts'
import { edit } from './edit.ts'
import { execute, executionText, givenBy } from './execute.ts'
import { startAnswering, startInterpreters } from './interpreters.ts'
import { kindsOf, readInterpreters } from './objects.ts'
import { judge, resultText, summaryText } from './verdicts.ts'

/** Runs cases; throws when one fails, after telling of all. */
export async function runTest(flags: TestFlags, version: string): Promise<void> {
  const cases = await readCases(flags.cases)
  const kinds = kindsOf(cases.flatMap(({ words }) => [words?.desiredObj, words?.observedObj]))
  const objects = await readInterpreters([...(flags.customization ?? []), ...(flags.module ?? [])], false, kinds)
  await using open = new AsyncDisposableStack()
  const ask = await startAnswering(open, { objects, plugins: flags.plugin ?? [] }, machineOf({}, version))
  const isForPerson = flags.output === undefined
  const report = await judge(ask, cases, (result) => isForPerson && console.log(resultText(result)))
  console.log(answer('InterpretTest', report, flags, () => summaryText(report)))
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.cases.length} cases failed`)
}

/** Asks for one operation, and prints what comes. */
export async function runExecute(flags: ExecuteFlags, version: string): Promise<void> {
  const { operation } = flags
  const given = await givenBy(flags)
  const { filename = [], recursive = false } = flags
  const objects = await readInterpreters(filename, recursive, kindsOf([given.desiredObj, given.observedObj]))
  await using open = new AsyncDisposableStack()
  const ask = await startAnswering(open, { objects, plugins: flags.plugin ?? [] }, machineOf({}, version))
  const found = await execute(ask, operation, given)
  console.log(answer('Interpretation', { operation, ...found }, flags, () => executionText(operation, found)))
}

/** Looks at interpreters as the control plane would; throws when something is wrong, after telling of all. */
export async function runCheck(flags: CheckFlags, version: string): Promise<void> {
  const { filename = [], recursive = false } = flags
  const objects = await readInterpreters(filename, recursive, [])
  await using open = new AsyncDisposableStack()
  const interpreters = await startInterpreters(open, { objects, plugins: [] }, machineOf({}, version))
  const checks: Check[] = []
  for (const object of objects) {
    const found = await check(interpreters, object)
    console.log(checkText(found))
    checks.push(found)
  }
  const wrong = checks.filter((each) => !isFine(each)).length
  if (wrong > 0) throw new Error(`${wrong} of ${checks.length} would be refused`)
}

/** Lets a person edit a customization. */
export async function runEdit({ filename = [], showDoc = false }: EditFlags, version: string): Promise<void> {
  const [file = ''] = filename
  await using open = new AsyncDisposableStack()
  const interpreters = await startInterpreters(open, { objects: [], plugins: [] }, machineOf({}, version))
  console.log(await edit(interpreters, file, showDoc))
}
