import { once } from './memory.ts'
import { isFields, mapItems, type Shape } from './shape.ts'

/** What a shape has no place for, removed; the same value when that was nothing, else one that shares the rest. */
export function prune(value: unknown, shape: Shape): unknown {
  if (shape.leaf || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return shape.items ? mapItems(value, shape.items, prune) : value
  return isFields(value) ? pruneFields(value, shape) : value
}

type Fields = Readonly<Record<string, unknown>>

const pruneOnce = once(prune)

/** The same for a whole object, whose fields are remembered. */
export const pruneObject = (object: object, shape: Shape): object =>
  shape.leaf ? object : pruneFields(object as Fields, shape, pruneOnce) // any object has fields

function pruneFields(object: Fields, shape: Shape, below = prune): Fields {
  let pruned: Record<string, unknown> | undefined
  for (const key in object) {
    const child = shape.fields.get(key) ?? shape.values
    if (child) {
      const value = below(object[key], child)
      if (value === object[key]) continue
      pruned ??= { ...object }
      pruned[key] = value
    } else if (!shape.keepsUnknown) {
      pruned ??= { ...object }
      delete pruned[key]
    }
  }
  return pruned ?? object
}

/** The paths of all fields that `prune` would remove, as in `spec.containers[0].foo`. */
export function unknownFields(value: unknown, shape: Shape, path = ''): readonly string[] {
  if (shape.leaf || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const { items } = shape
    return items ? value.flatMap((item, i) => unknownFields(item, items, `${path}[${i}]`)) : []
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const below = path ? `${path}.${key}` : key
    const child = shape.fields.get(key) ?? shape.values
    if (child) return unknownFields(item, child, below)
    return shape.keepsUnknown ? [] : [below]
  })
}
