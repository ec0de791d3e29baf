import { deepFreeze, formatOf, formatQuantity, parseQuantity } from '@flotilla/sdk'
import { once } from './memory.ts'
import { isFields, mapItems, type Shape } from './shape.ts'

type Fields = Readonly<Record<string, unknown>>

const filled = new WeakMap<Shape, unknown>()

/** A default with its own defaults in it. */
function defaultOf(shape: Shape): unknown {
  if (shape.leaf) return shape.default
  if (!filled.has(shape)) filled.set(shape, deepFreeze(applyDefaults(shape.default, shape)))
  return filled.get(shape)
}

/** What most amounts look like, and need no arithmetic for. */
const short = /^[1-9]\d{0,2}(m|[KMGT]i)?$/

/** An amount as Kubernetes writes it (`0.5` is `500m`, `1024Mi` is `1Gi`); what is none stays, for validation to see. */
function canonical(amount: unknown): unknown {
  if (typeof amount !== 'string' && typeof amount !== 'number') return amount
  if (typeof amount === 'string' && short.test(amount)) return amount
  try {
    return formatQuantity(parseQuantity(amount), formatOf(amount))
  } catch {
    return amount
  }
}

/**
 * Structural defaulting: missing fields get their default, and so do nulls where null is no value; other such nulls go.
 * The same value when that was nothing, else one that shares the rest.
 */
export function applyDefaults(value: unknown, shape: Shape): unknown {
  if (shape.leaf) return value
  if (shape.quantity) return canonical(value)
  if (Array.isArray(value)) return shape.items ? mapItems(value, shape.items, itemDefault) : value
  return isFields(value) ? fillFields(value, shape) : value
}

const meansMissing = (value: unknown, shape: Shape): boolean => value === null && !shape.nullable

/** A null in a list has a place, so it cannot just go. */
const itemDefault = (item: unknown, shape: Shape): unknown =>
  meansMissing(item, shape) && shape.default !== undefined ? defaultOf(shape) : applyDefaults(item, shape)

const applyOnce = once(applyDefaults)

/** The same for a whole object, whose fields are remembered. */
export const applyObjectDefaults = (object: object, shape: Shape): object =>
  shape.leaf ? object : fillFields(object as Fields, shape, applyOnce) // any object has fields

function fillFields(object: Fields, shape: Shape, below = applyDefaults): Fields {
  let changed: Record<string, unknown> | undefined
  for (const key in object) {
    const child = shape.fields.get(key) ?? shape.values
    if (!child) continue
    const value = meansMissing(object[key], child) ? defaultOf(child) : below(object[key], child)
    if (value === object[key]) continue
    changed ??= { ...object }
    if (value === undefined) delete changed[key]
    else changed[key] = value
  }
  return addMissing(object, changed, shape)
}

function addMissing(object: Fields, changed: Record<string, unknown> | undefined, shape: Shape): Fields {
  let added = changed
  for (const [key, child] of shape.defaulted) {
    if (object[key] !== undefined) continue
    added ??= { ...object }
    added[key] = defaultOf(child)
  }
  return added ?? object
}
