/** A JSON object whose keys are not known here. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands at a path of keys; undefined when a part of the path is missing. */
export function fieldAt(value: unknown, path: readonly string[]): unknown {
  let here = value
  for (const key of path) {
    if (!isFields(here) || !Object.hasOwn(here, key)) return undefined
    here = here[key]
  }
  return here
}

const isContainer = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Whether a value itself has what stands at a path of keys, those of items too: what every object of JavaScript has does not count. */
export function hasPath(value: unknown, path: readonly string[]): boolean {
  let here = value
  for (const key of path) {
    if (!isContainer(here) || !Object.hasOwn(here, key)) return false
    here = here[key]
  }
  return true
}

/**
 * The same object with another value at a path: new along the path, shared beside it. `undefined` takes the key away.
 * Missing objects on the way are made, unless there is nothing to put into them.
 */
export function withField<T extends object>(object: T, path: readonly string[], value: unknown): T {
  const [key, ...rest] = path
  if (key === undefined) return object
  const fields: Fields = object as Fields // any object has fields
  const before = Object.hasOwn(fields, key) ? fields[key] : undefined
  const after = rest.length === 0 ? value : below(before, rest, value)
  if (after === before) return object
  const { [key]: _, ...others } = fields
  return (after === undefined ? others : { ...fields, [key]: after }) as T // the path is the caller's knowledge of T
}

const below = (before: unknown, rest: readonly string[], value: unknown): unknown =>
  isFields(before) ? withField(before, rest, value) : value === undefined ? before : withField({}, rest, value)

/** A map without some of its keys: the same map when it has none of them, undefined when nothing is left of it. */
export function withoutKeys<T>(
  map: Readonly<Record<string, T>> | undefined,
  drop: (key: string) => boolean,
): Readonly<Record<string, T>> | undefined {
  if (!map) return undefined
  const all = Object.entries(map)
  const kept = all.filter(([key]) => !drop(key))
  if (kept.length === all.length) return map
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}
