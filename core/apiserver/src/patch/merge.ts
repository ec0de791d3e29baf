import { isFields } from '../schema/shape.ts'
import { malformed } from './refusals.ts'

type Object = Readonly<Record<string, unknown>>

function mergeFields(target: Object, patch: Object): Object {
  let merged: Record<string, unknown> | undefined
  for (const [name, change] of Object.entries(patch)) {
    const value = Object.hasOwn(target, name) ? target[name] : undefined
    const next = mergeValue(value, change)
    if (next === value) continue
    merged ??= { ...target }
    if (next === undefined) delete merged[name]
    else merged[name] = next
  }
  return merged ?? target
}

/** What a field becomes; undefined when it goes away. */
function mergeValue(value: unknown, change: unknown): unknown {
  if (change === null) return undefined
  if (!isFields(change)) return change
  return mergeFields(isFields(value) ? value : {}, change)
}

/** JSON merge patch (RFC 7386). The same object when nothing changes, else one that shares the rest. Throws 400. */
export function mergePatch<T extends object>(current: T, body: unknown): T {
  if (!isFields(body)) throw malformed('error decoding patch: a merge patch is a JSON object')
  return mergeFields(current as unknown as Object, body) as unknown as T // its fields may be any, so may the result's
}
