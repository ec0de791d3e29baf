import { isFields } from '../../src/fields.ts'
import { deepFreeze } from '../../src/freeze.ts'
import type { Ask } from '../../src/point.ts'
import type { InterpretingCase } from './case.ts'
import { type Difference, differ, differAsSets } from './compare.ts'
import { type Interpretation, interpretation } from './operation.ts'

/** What became of a case. */
export interface Verdict {
  readonly words: InterpretingCase
  readonly passed: boolean
  /** Where the answer is another one. */
  readonly differences: readonly Difference[]
  /** Why there is no answer to compare. */
  readonly error?: unknown
}

/** Nobody answers. */
export class Unanswered extends Error {}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const words = (item: unknown, keys: readonly string[]): string =>
  isFields(item)
    ? keys
        .map((key) => text(item[key]))
        .filter(Boolean)
        .join(' ')
    : String(item)

/** What has no order, and what its things are known by. */
const sets: Readonly<Record<string, (item: unknown) => string>> = {
  dependencies: (item) => words(item, ['apiVersion', 'kind', 'namespace', 'name']),
  components: (item) => words(item, ['name']),
}

/** What is nothing when it is empty, as in Go, where an empty struct is no requirement. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

const typed: ReadonlySet<string> = new Set(['requires', 'components', 'dependencies'])

/** An answer as it would cross a border: plain JSON. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))

/**
 * Of a template only its status is new: what a case leaves out beside that is as it was. Some interpreters of Karmada give
 * nothing but the status, and their cases expect no more.
 */
function asFarAsTold(expected: unknown, actual: unknown): unknown {
  if (!isFields(expected) || !isFields(actual)) return actual
  return Object.fromEntries(Object.entries(actual).filter(([key]) => key === 'status' || Object.hasOwn(expected, key)))
}

function differencesAt(key: string, expected: unknown, actual: unknown): readonly Difference[] {
  if (typed.has(key) && isEmpty(expected) && isEmpty(actual)) return []
  const identity = sets[key]
  if (identity && Array.isArray(expected) && Array.isArray(actual)) return differAsSets(expected, actual, key, identity)
  return differ(expected, actual, key)
}

function differences({ output = {} }: InterpretingCase, found: Interpretation): readonly Difference[] {
  return Object.entries(output).flatMap(([key, expected]) => {
    if (!Object.hasOwn(found, key)) return [{ path: key, expected, actual: undefined }]
    const actual = plain(found[key])
    return differencesAt(key, expected, key === 'aggregatedStatus' ? asFarAsTold(expected, actual) : actual)
  })
}

const objectOf = ({ desiredObj, observedObj }: InterpretingCase): string => {
  const { apiVersion = '', kind = '' } = desiredObj ?? observedObj ?? {}
  return `${apiVersion} ${kind}`
}

async function answered(ask: Ask, words: InterpretingCase): Promise<Interpretation> {
  const found = await interpretation(ask, words.operation, words)
  if (found) return found
  throw new Unanswered(`nobody answers ${words.operation} for ${objectOf(words)}`)
}

/** Asks what a case asks, and compares. Never rejects: an interpreter that fails has failed the case. */
export async function runCase(ask: Ask, words: InterpretingCase): Promise<Verdict> {
  try {
    const found = differences(words, await answered(ask, deepFreeze(words)))
    return { words, passed: found.length === 0, differences: found }
  } catch (error) {
    return { words, passed: false, differences: [], error }
  }
}
