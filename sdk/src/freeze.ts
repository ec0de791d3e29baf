/** Freezes a value of plain data, all the way down. Frozen parts are taken as frozen throughout, so sharing is cheap. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const key in value) deepFreeze(value[key])
  return value
}
