import { type admit, fieldAt, type Manifest } from '@flotilla/sdk'
import { type OperationName, operationNames, operations } from '@flotilla/sdk/cases'
import { sentence } from '../output/sentence.ts'
import { table } from '../output/table.ts'
import type { Written } from '../plan/files.ts'
import type { Interpreters } from './interpreters.ts'
import { ruleOf } from './script.ts'

/** What became of one rule of a customization. */
interface Checked {
  readonly operation: OperationName
  readonly result: 'PASS' | 'UNSET' | `ERROR: ${string}`
}

/** What is known of an interpreter that was looked at. */
export interface Check {
  readonly source: string
  readonly target: string
  readonly rules: readonly Checked[]
  /** What is wrong with the whole. */
  readonly errors: readonly string[]
}

const pathOf = (operation: OperationName): string => `spec.customizations.${ruleOf[operation]}`

type Causes = NonNullable<admit.Denial['causes']>

function ruleCheck(manifest: Manifest, operation: OperationName, causes: Causes): Checked {
  const wrong = causes.filter(({ field = '' }) => field.startsWith(pathOf(operation)))
  if (wrong.length > 0) return { operation, result: `ERROR: ${wrong.map(({ message }) => message).join('; ')}` }
  const isSet = fieldAt(manifest, [...pathOf(operation).split('.'), 'luaScript']) !== undefined
  return { operation, result: isSet ? 'PASS' : 'UNSET' }
}

const isOfRule = ({ field = '' }: Causes[number]): boolean =>
  operationNames.some((operation) => field.startsWith(pathOf(operation)))

const kindOf = (target: unknown): string =>
  ['apiVersion', 'kind']
    .map((key) => fieldAt(target, [key]) ?? '')
    .join(' ')
    .trim()

/** The kinds it is about: a customization has one, a module may have several. */
function targetOf(manifest: Manifest): string {
  const targets = fieldAt(manifest, ['spec', 'targets'])
  return Array.isArray(targets) ? targets.map(kindOf).join(', ') : kindOf(fieldAt(manifest, ['spec', 'target']))
}

const denialOf = async ({ review }: Interpreters, manifest: Manifest): Promise<admit.Denial | undefined> => {
  const { name } = manifest.metadata
  const request = { operation: 'CREATE', key: { name }, manifest, user: 'flotilla-interpret', dryRun: true } as const
  const verdict = await review(request)
  return 'denial' in verdict ? verdict.denial : undefined
}

/** What is wrong with a manifest, in the control plane's words. */
export async function problemsOf(interpreters: Interpreters, manifest: Manifest): Promise<readonly string[]> {
  const denial = await denialOf(interpreters, manifest)
  if (!denial) return []
  return denial.causes?.map(({ field, message }) => `${field}: ${message}`) ?? [denial.message]
}

const isCustomization = ({ kind }: Manifest): boolean => kind === 'ResourceInterpreterCustomization'

/** What the control plane would say to an interpreter that is applied, rule by rule. It is applied if nothing is wrong. */
export async function check(interpreters: Interpreters, written: Written): Promise<Check> {
  const { manifest } = written
  const denial = await denialOf(interpreters, manifest)
  const causes = denial?.causes ?? []
  const whole = causes.filter((cause) => !isOfRule(cause)).map(({ field, message }) => `${field}: ${message}`)
  const refused = denial && causes.length === 0 ? [denial.message] : whole
  const errors = denial ? refused : await applied(interpreters, written)
  const rules = operationNames.map((operation) =>
    isCustomization(manifest)
      ? ruleCheck(manifest, operation, causes)
      : { operation, result: answered(interpreters, operation, manifest) },
  )
  const isAnswering = isCustomization(manifest) || errors.length === 0
  return { source: manifest.metadata.name, target: targetOf(manifest), rules: isAnswering ? rules : [], errors }
}

const answered = ({ answers }: Interpreters, operation: OperationName, { metadata }: Manifest): Checked['result'] =>
  answers(operations[operation].point, metadata.name) ? 'PASS' : 'UNSET'

async function applied(interpreters: Interpreters, written: Written): Promise<readonly string[]> {
  try {
    await interpreters.write(written)
    return []
  } catch (error) {
    return [sentence(error)]
  }
}

export const isFine = ({ rules, errors }: Check): boolean =>
  errors.length === 0 && rules.every(({ result }) => !result.startsWith('ERROR'))

const rulesText = (rules: readonly Checked[]): string =>
  table(
    ['', ''],
    rules.map(({ operation, result }) => [`    ${operation}:`, result]),
  )
    .split('\n')
    .slice(1)
    .join('\n')

/** As Karmada prints it. */
export function checkText({ source, target, rules, errors }: Check): string {
  return [
    '-----------------------------------',
    `SOURCE: ${source}`,
    ...(target ? [`TARGET: ${target}`] : []),
    ...errors.map((error) => `ERROR: ${error}`),
    ...(rules.length > 0 ? ['RULERS:', rulesText(rules)] : []),
  ].join('\n')
}
