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
