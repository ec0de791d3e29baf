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

/** A value without what is empty: Go writes `{}` for structs that nobody filled in, and others leave them out. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (!isFields(value)) return value
  const kept = Object.entries(value).map(([key, part]) => [key, withoutEmpty(part)] as const)
  return Object.fromEntries(kept.filter(([, part]) => !isEmpty(part)))
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

/** What has a type of its own in Karmada, where empty is nothing. */
const typed: ReadonlySet<string> = new Set(['requires', 'components', 'dependencies'])

/** An answer as it would cross a border: plain JSON. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))

/** What is beside the status of a template is as it was: there, what is empty does not matter. */
const withPlainRest = (template: unknown): unknown =>
  isFields(template) ? { ...(withoutEmpty(template) as object), status: template.status } : template // it has fields

/**
 * Of a template only its status is new: what a case leaves out beside that is as it was. Some interpreters of Karmada give
 * nothing but the status, and their cases expect no more.
 */
function asFarAsTold(expected: unknown, actual: unknown): unknown {
  if (!isFields(expected) || !isFields(actual)) return actual
  return Object.fromEntries(Object.entries(actual).filter(([key]) => key === 'status' || Object.hasOwn(expected, key)))
}

function differencesAt(key: string, expected: unknown, actual: unknown): readonly Difference[] {
  if (key === 'aggregatedStatus')
    return differ(withPlainRest(expected), withPlainRest(asFarAsTold(expected, actual)), key)
  if (!typed.has(key)) return differ(expected, actual, key)
  const [wanted, found] = [withoutEmpty(expected), withoutEmpty(actual)]
  if (isEmpty(wanted) && isEmpty(found)) return []
  const identity = sets[key]
  if (identity && Array.isArray(wanted) && Array.isArray(found)) return differAsSets(wanted, found, key, identity)
  return differ(wanted, found, key)
}

function differences({ output = {} }: InterpretingCase, found: Interpretation): readonly Difference[] {
  return Object.entries(output).flatMap(([key, expected]) =>
    Object.hasOwn(found, key)
      ? differencesAt(key, expected, plain(found[key]))
      : [{ path: key, expected, actual: undefined }],
  )
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
