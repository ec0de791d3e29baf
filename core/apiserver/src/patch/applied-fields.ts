import { isFields } from '../schema/shape.ts'
import { type Fields, leaf, withSelf } from './fields.ts'
import { malformed } from './refusals.ts'
import { itemsByStep, type ListStructure, type Structure, stepTo } from './structure.ts'

type Object = Readonly<Record<string, unknown>>

/** Where in an applied object something is: for messages. */
type Path = string

/**
 * The fields an applier claims: all values in what it applies. Objects themselves it does not claim, unless they are
 * empty or a key of a map; items of lists it does. Throws 400 when items of a list cannot be told apart.
 */
export function appliedFields(value: unknown, structure: Structure, path: Path = ''): Fields {
  if (structure.atomic) return leaf
  if (isFields(value)) return fieldsIn(value, structure, path)
  return Array.isArray(value) && structure.list ? itemsIn(value, structure.list, path) : leaf
}

function fieldsIn(object: Object, structure: Structure, path: Path): Fields {
  const fields: Record<string, Fields> = {}
  for (const name in object) {
    if (object[name] === undefined) continue
    const below = appliedFields(object[name], structure.field(name), `${path}.${name}`)
    fields[`f:${name}`] = structure.names(name) ? below : withSelf(below)
  }
  return fields
}

const wrongItem = (item: unknown, i: number, { keys }: ListStructure): string => {
  const missing = keys.find((key) => Reflect.get(Object(item), key) === undefined)
  return missing
    ? `element ${i}: associative list with keys has an element that omits key field "${missing}" (and doesn't have default value)`
    : `element ${i}: associative list with keys may not have this kind of element`
}

function complaint(items: readonly unknown[], list: ListStructure): string {
  const steps = items.map((item) => stepTo(item, list))
  const keyless = steps.indexOf(undefined)
  if (keyless >= 0) return wrongItem(items[keyless], keyless, list)
  const twice = steps.find((step, i) => steps.indexOf(step) < i)
  return `duplicate entries for key ${twice?.slice(2)}`
}

function itemsIn(items: readonly unknown[], list: ListStructure, path: Path): Fields {
  const byStep = itemsByStep(items, list)
  if (!byStep) throw malformed(`failed to create typed patch object: ${path}: ${complaint(items, list)}`)
  const fields: Record<string, Fields> = {}
  for (const [step, item] of byStep) fields[step] = withSelf(appliedFields(item, list.item, `${path}.${step}`))
  return fields
}
