import { deepEqual, type Fields, isFields } from '@flotilla/sdk'

/**
 * The JSON merge patch (RFC 7386) that makes of `before` what `after` says; undefined when it says so already. A key
 * that is missing or undefined in `after` is removed. Lists are replaced whole.
 */
export function mergePatch(before: Fields, after: Fields): Fields | undefined {
  const patch: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, wanted] = [before[key], after[key]]
    if (deepEqual(old, wanted)) continue
    patch[key] = isFields(old) && isFields(wanted) ? mergePatch(old, wanted) : (wanted ?? null)
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}

/** What a JSON merge patch (RFC 7386) makes of an object: a new one that shares the rest. */
export function merged(object: Fields, patch: Fields): Fields {
  const result: Record<string, unknown> = { ...object }
  for (const [key, wanted] of Object.entries(patch)) {
    const old = result[key]
    if (wanted === null) delete result[key]
    else result[key] = isFields(wanted) ? merged(isFields(old) ? old : {}, wanted) : wanted
  }
  return result
}
