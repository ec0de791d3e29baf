import type { Ask } from '@flotilla/sdk'
import { type Difference, operationNames, runCase, type Verdict } from '@flotilla/sdk/cases'
import { stringify } from 'yaml'
import { sentence } from '../output/sentence.ts'
import type { WrittenCase } from './cases.ts'

/** What became of a case, for scripts. */
export interface CaseResult {
  readonly name: string
  readonly from: string
  readonly operation?: string
  readonly passed: boolean
  readonly differences?: readonly Difference[]
  readonly error?: string
}

export interface TestReport {
  readonly passed: number
  readonly failed: number
  readonly cases: readonly CaseResult[]
}

const resultOf = (from: string, { words: { name, operation }, passed, differences, error }: Verdict): CaseResult => ({
  name,
  from,
  operation,
  passed,
  ...(differences.length > 0 && { differences }),
  ...(error !== undefined && { error: sentence(error) }),
})

async function judged(ask: Ask, { from, words, error }: WrittenCase): Promise<CaseResult> {
  if (words) return resultOf(from, await runCase(ask, words))
  return { name: '', from, passed: false, error: sentence(error) }
}

/** Runs cases one after the other, and tells of each as soon as it is known. */
export async function judge(
  ask: Ask,
  cases: readonly WrittenCase[],
  tell: (result: CaseResult) => void,
): Promise<TestReport> {
  const results: CaseResult[] = []
  for (const each of cases) {
    const result = await judged(ask, each)
    tell(result)
    results.push(result)
  }
  const passed = results.filter((result) => result.passed).length
  return { passed, failed: results.length - passed, cases: results }
}

/** A value in a difference: short ones as they are, others as YAML below. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const flat = JSON.stringify(value)
  return flat.length <= 100 ? flat : `\n${stringify(value, { lineWidth: 0 }).trimEnd()}`
}

const indented = (text: string, by: string): string => text.replaceAll('\n', `\n${by}`)

const differenceText = ({ path, expected, actual }: Difference): string =>
  [path, `  - ${indented(shown(expected), '    ')}`, `  + ${indented(shown(actual), '    ')}`].join('\n')

const widest = Math.max(...operationNames.map(({ length }) => length))

/** One line for a case that passed; below it, what was expected (-) and what came (+) for one that failed. */
export function resultText({ name, from, operation = '', passed, differences = [], error }: CaseResult): string {
  const line = `${passed ? 'PASS' : 'FAIL'}  ${operation.padEnd(widest)}  ${name}${passed ? '' : `${name && '  '}(${from})`}`
  const below = [...differences.map(differenceText), ...(error === undefined ? [] : [error])]
  return [line, ...below.map((text) => `      ${indented(text, '      ')}`)].join('\n')
}

export const summaryText = ({ passed, failed }: TestReport): string => `${passed} passed, ${failed} failed`
