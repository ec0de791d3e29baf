import { isFields, type Shape } from './shape.ts'

type Change = (value: unknown, shape: Shape) => unknown

/**
 * A change that is done once to a field: objects are immutable, and most writes share most of their fields with what is
 * stored. It must be one that changes nothing the second time.
 */
export function once(change: Change): Change {
  const settled = new WeakMap<Shape, WeakSet<object>>()
  return (value, shape) => {
    if (!isFields(value)) return change(value, shape)
    const seen = settled.get(shape) ?? new WeakSet()
    settled.set(shape, seen)
    if (seen.has(value)) return value
    const changed = change(value, shape)
    if (isFields(changed)) seen.add(changed)
    return changed
  }
}
