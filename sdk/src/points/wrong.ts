import { type Fields, isFields } from '../fields.ts'
import type { Manifest } from '../manifest.ts'

/*
 * What checks of answers have in common: each gives what is wrong in words that follow the plugin's name, or nothing.
 */

/** The largest number of replicas there is. */
export const mostReplicas = 2 ** 31 - 1

/** The longest reason a plugin may give. */
export const longestReason = 1024

/** Deeper values are none that a server would take; those that hold themselves are infinitely deep. */
const deepest = 100

/** Something a plugin said, short enough for a message. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : textOf(value)
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}

/** JSON, where it is any. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'something that is not JSON'
  }
}

export const isReplicas = (count: unknown): count is number =>
  typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= mostReplicas

export const isReason = (reason: unknown): boolean =>
  typeof reason === 'string' && reason.trim() !== '' && reason.length <= longestReason

/** The first problem of a list, each with the place of its item. */
export function firstWrong<T>(items: readonly T[], wrong: (item: T, i: number) => string | undefined) {
  for (const [i, item] of items.entries()) {
    const problem = wrong(item, i)
    if (problem) return `[${i}]: ${problem}`
  }
  return undefined
}

/** Something that JSON cannot say, and where: a NaN, a function, a list that holds itself. */
export function wrongJson(value: unknown, path = '', depth = 0): string | undefined {
  const isPlain = value === null || ['string', 'boolean', 'undefined'].includes(typeof value)
  if (isPlain || (typeof value === 'number' && Number.isFinite(value))) return undefined
  if (typeof value !== 'object') return `${path || 'it'} is ${shown(value)}, which JSON cannot say`
  if (depth === deepest) return `it is more than ${deepest} levels deep`
  for (const [key, part] of Object.entries(value)) {
    const problem = wrongJson(part, path ? `${path}.${key}` : key, depth + 1)
    if (problem) return problem
  }
  return undefined
}

const addressOf = ({ apiVersion, kind, metadata }: Fields): readonly (readonly [field: string, value: unknown])[] => {
  const { namespace, name } = isFields(metadata) ? metadata : {}
  return [
    ['apiVersion', apiVersion],
    ['kind', kind],
    ['metadata.namespace', namespace],
    ['metadata.name', name],
  ]
}

/** What is wrong with a changed object: a change never makes another one of it. */
export function wrongManifest(answer: unknown, before: Manifest): string | undefined {
  if (!isFields(answer) || !isFields(answer.metadata)) return `${shown(answer)} is not an object with metadata`
  const was = new Map(addressOf(before))
  for (const [field, value] of addressOf(answer)) {
    if (value !== was.get(field)) return `${field} is ${shown(value)} in place of ${shown(was.get(field))}`
  }
  return wrongJson(answer)
}
