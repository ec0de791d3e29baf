import { deepEqual } from '@flotilla/sdk'
import { isFields } from '../schema/shape.ts'
import { type Fields, leaf, withSelf } from './fields.ts'
import { itemsByStep, type ListStructure, type Structure, stepTo } from './structure.ts'

type Object = Readonly<Record<string, unknown>>

/** What a write did to an object. */
export interface Delta {
  /** Fields that were added or have another value. */
  readonly changed?: Fields
  /** Fields that are gone; a leaf stands for everything below it too. */
  readonly removed?: Fields
}

type Draft = { changed?: Record<string, Fields>; removed?: Record<string, Fields> }

/** Every field of a value that was not there before, containers included. */
export function fieldsOf(value: unknown, structure: Structure): Fields {
  if (structure.atomic) return leaf
  if (Array.isArray(value)) {
    const items = structure.list && itemsByStep(value, structure.list)
    return items && structure.list ? withSelf(itemFields(items, structure.list.item)) : leaf
  }
  return isFields(value) ? withSelf(childFields(value, structure)) : leaf
}

function childFields(object: Object, structure: Structure): Fields {
  const fields: Record<string, Fields> = {}
  for (const name in object) {
    if (object[name] !== undefined) fields[`f:${name}`] = fieldsOf(object[name], structure.field(name))
  }
  return fields
}

function itemFields(items: ReadonlyMap<string, unknown>, item: Structure): Fields {
  const fields: Record<string, Fields> = {}
  for (const [step, value] of items) fields[step] = fieldsOf(value, item)
  return fields
}

const own = (object: Object, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined)

const note = (draft: Draft, step: string, below: Delta | undefined): void => {
  if (below?.changed) {
    draft.changed ??= {}
    draft.changed[step] = below.changed
  }
  if (below?.removed) {
    draft.removed ??= {}
    draft.removed[step] = below.removed
  }
}

const some = (draft: Draft): Delta | undefined => (draft.changed || draft.removed ? draft : undefined)

const keyOf = (item: unknown, key: string): unknown => (isFields(item) ? item[key] : undefined)

/** Whether items at the same places of two lists have the same keys: then there is no need to look for them. */
const inStep = (before: readonly unknown[], after: readonly unknown[], { keys }: ListStructure): boolean =>
  before.length === after.length &&
  keys.length > 0 &&
  after.every((item, i) => item === before[i] || keys.every((key) => keyOf(item, key) === keyOf(before[i], key)))

function comparePairs(
  before: readonly unknown[],
  after: readonly unknown[],
  list: ListStructure,
): Delta | undefined | 'atomic' {
  const draft: Draft = {}
  for (let i = 0; i < after.length; i++) {
    const delta = compare(before[i], after[i], list.item)
    if (!delta) continue
    const step = stepTo(after[i], list)
    if (step === undefined) return 'atomic'
    note(draft, step, delta)
  }
  return some(draft)
}

function compareItems(
  before: readonly unknown[],
  after: readonly unknown[],
  list: ListStructure,
): Delta | undefined | 'atomic' {
  if (inStep(before, after, list)) return comparePairs(before, after, list)
  const [old, now] = [itemsByStep(before, list), itemsByStep(after, list)]
  if (!old || !now) return 'atomic'
  const draft: Draft = {}
  for (const [step, item] of now) note(draft, step, compare(old.get(step), item, list.item))
  for (const step of old.keys()) if (!now.has(step)) note(draft, step, { removed: leaf })
  return some(draft)
}

const replaced = (before: unknown, after: unknown, structure: Structure): Delta | undefined =>
  deepEqual(before, after) ? undefined : { changed: isFields(after) ? fieldsOf(after, structure) : leaf }

function compareLists(before: readonly unknown[], after: readonly unknown[], structure: Structure): Delta | undefined {
  const delta = structure.list ? compareItems(before, after, structure.list) : 'atomic'
  return delta === 'atomic' ? replaced(before, after, structure) : delta
}

/** What changed between two objects' fields, leaving out the named ones. */
export function compareFields(
  before: Object,
  after: Object,
  structure: Structure,
  ignored?: ReadonlySet<string>,
): Delta | undefined {
  const draft: Draft = {}
  for (const name in after) {
    const old = own(before, name)
    if (old === after[name] || ignored?.has(name)) continue
    note(draft, `f:${name}`, compare(old, after[name], structure.field(name)))
  }
  for (const name in before) {
    if (before[name] === undefined || own(after, name) !== undefined || ignored?.has(name)) continue
    note(draft, `f:${name}`, { removed: leaf })
  }
  return some(draft)
}

/** What changed from one value to another; parts that are the same object cost nothing. */
export function compare(before: unknown, after: unknown, structure: Structure): Delta | undefined {
  if (before === after || after === undefined) return undefined
  if (before === undefined) return { changed: fieldsOf(after, structure) }
  if (structure.atomic) return replaced(before, after, structure)
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, structure)
  if (isFields(before) && isFields(after)) return compareFields(before, after, structure)
  return replaced(before, after, structure)
}
