import { type Fields, isFields } from '../../src/fields.ts'
import { parseQuantity } from '../../src/quantity.ts'

/** Where an answer is another one than was expected. What is not there is undefined. */
export interface Difference {
  /** `spec.containers[0].image`; empty for the whole. */
  readonly path: string
  readonly expected: unknown
  readonly actual: unknown
}

/** Written where whatever stands there is right. */
export const excluded = '{{EXCLUDE}}'

const nothing = (value: unknown): boolean => value === undefined || value === null

const keysOf = (...maps: readonly Fields[]): ReadonlySet<string> => new Set(maps.flatMap(Object.keys))

const own = (fields: Fields, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined)

const below = (path: string, key: string): string => {
  const step = /^[\w-]+$/.test(key) ? key : `["${key}"]`
  return path === '' || step.startsWith('[') ? `${path}${step}` : `${path}.${step}`
}

/** Whether a text or number reads as a quantity with a unit: `500m`, `1Gi`. */
const hasUnit = (value: unknown): boolean =>
  typeof value === 'string' && /^[+-]?\d[\d.]*([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)$/.test(value)

const isAmount = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'

/** Fields whose values are amounts, whether they have a unit or not. */
const ofAmounts = /(^|\.)(resourceRequest|requests|limits|overhead|capacity|allocatable)(\.[\w-]+|\["[^"]+"\])$/

/** Whether both are the same amount, however it is written. */
function sameAmount(expected: unknown, actual: unknown, path: string): boolean {
  if (!isAmount(expected) || !isAmount(actual)) return false
  if (!ofAmounts.test(path) && !hasUnit(expected) && !hasUnit(actual)) return false
  try {
    return parseQuantity(expected) === parseQuantity(actual)
  } catch {
    return false
  }
}

function* inLists(expected: readonly unknown[], actual: readonly unknown[], path: string): Generator<Difference> {
  for (let i = 0; i < Math.max(expected.length, actual.length); i++)
    yield* within(expected[i], actual[i], `${path}[${i}]`)
}

function* inFields(expected: Fields, actual: Fields, path: string): Generator<Difference> {
  for (const key of keysOf(expected, actual)) yield* within(own(expected, key), own(actual, key), below(path, key))
}

function* within(expected: unknown, actual: unknown, path: string): Generator<Difference> {
  if (expected === excluded || expected === actual || (nothing(expected) && nothing(actual))) return
  if (Array.isArray(expected) && Array.isArray(actual)) yield* inLists(expected, actual, path)
  else if (isFields(expected) && isFields(actual)) yield* inFields(expected, actual, path)
  else if (!isNothingLeft(expected, actual) && !sameAmount(expected, actual, path)) yield { path, expected, actual }
}

/** Whether all that is expected may as well be left out. */
const isNothingLeft = (expected: unknown, actual: unknown): boolean =>
  nothing(actual) &&
  isFields(expected) &&
  Object.keys(expected).length > 0 &&
  Object.values(expected).every((value) => value === excluded || nothing(value) || isNothingLeft(value, actual))

/**
 * Where an answer differs from what is expected: a key without a value is not there, quantities are compared by what they
 * are worth, and `{{EXCLUDE}}` is whatever stands there.
 */
export const differ = (expected: unknown, actual: unknown, path = ''): readonly Difference[] => [
  ...within(expected, actual, path),
]

const isSame = (expected: unknown, actual: unknown): boolean => within(expected, actual, '').next().done === true

/** What two lists of things have that have no order, where they are not the same: of one identity, side by side. */
export function differAsSets(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
  identity: (item: unknown) => string,
): readonly Difference[] {
  const missing = expected.filter((item) => !actual.some((other) => isSame(item, other)))
  const surplus = actual.filter((item) => !expected.some((other) => isSame(other, item)))
  const rivals = new Map(surplus.map((item) => [identity(item), item]))
  const found: Difference[] = []
  for (const item of missing) {
    const name = identity(item)
    const rival = rivals.get(name)
    rivals.delete(name)
    const at = `${path}[${name}]`
    found.push(...(rival === undefined ? [{ path: at, expected: item, actual: undefined }] : differ(item, rival, at)))
  }
  for (const [name, item] of rivals) found.push({ path: `${path}[${name}]`, expected: undefined, actual: item })
  return found
}
