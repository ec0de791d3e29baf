/** Whether two values of plain data say the same. Shared parts cost nothing. */
export const equal = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b)
  return !Array.isArray(b) && equalFields(a, b)
}

const equalItems = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) if (!equal(a[index], b[index])) return false
  return true
}

const equalFields = (a: object, b: object): boolean => {
  const left = Object.entries(a)
  if (left.length !== Object.keys(b).length) return false
  for (const [key, value] of left) {
    if (!Object.hasOwn(b, key) || !equal(value, Reflect.get(b, key))) return false
  }
  return true
}
