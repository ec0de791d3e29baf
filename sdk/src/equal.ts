type Fields = Readonly<Record<string, unknown>>

/** What an object says itself; never what its prototype does, so that keys like `constructor` are keys like any other. */
const own = (object: Fields, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false
  return true
}

function equalFields(a: Fields, b: Fields): boolean {
  for (const key in a) if (!deepEqual(a[key], own(b, key))) return false
  for (const key in b) if (b[key] !== undefined && !Object.hasOwn(a, key)) return false
  return true
}

/**
 * Whether two values of plain JSON data say the same. A missing key equals an undefined value; the order of keys does not
 * matter, that of lists does. Shared parts cost nothing.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b)
  return !Array.isArray(b) && equalFields(a as Fields, b as Fields) // an object that is not an array has fields
}
