import { isFields } from '../schema/shape.ts'
import type { Fields } from './fields.ts'
import { type ListStructure, type Structure, stepTo } from './structure.ts'

type Object = Readonly<Record<string, unknown>>

/**
 * A value without what an applier gave up: everything in `last`, the fields it owned before, that is not in `owned`, the
 * fields anyone owns now. What was below goes along, defaults of the server too, but for entries of maps that others wrote.
 * The same value when that is nothing.
 */
export function release(value: unknown, last: Fields, owned: Fields, structure: Structure): unknown {
  if (structure.atomic) return value
  if (isFields(value)) return releaseFields(value, last, owned, structure)
  return Array.isArray(value) && structure.list ? releaseItems(value, last, owned, structure.list) : value
}

/** What becomes of the part at a step; undefined when it goes. */
function releaseStep(value: unknown, step: string, last: Fields, owned: Fields, structure: Structure): unknown {
  const [before, now] = [last[step], owned[step]]
  if (!before) return value
  if (now) return release(value, before, now, structure)
  return structure.free && !structure.atomic && isFields(value) ? others(value, before) : undefined
}

/**
 * What a map holds beyond what an applier owned; undefined for nothing. The server adds no defaults there: someone wrote it
 * whose writes are not recorded.
 */
function others(map: Object, last: Fields): Object | undefined {
  const rest = Object.entries(map).filter(([key]) => !last[`f:${key}`])
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}

function releaseFields(object: Object, last: Fields, owned: Fields, structure: Structure): Object {
  let rest: Record<string, unknown> | undefined
  for (const name in object) {
    const value = releaseStep(object[name], `f:${name}`, last, owned, structure.field(name))
    if (value === object[name]) continue
    rest ??= { ...object }
    if (value === undefined) delete rest[name]
    else rest[name] = value
  }
  return rest ?? object
}

function releaseItems(items: readonly unknown[], last: Fields, owned: Fields, list: ListStructure): readonly unknown[] {
  const rest = items.flatMap((item) => {
    const step = stepTo(item, list)
    const value = step === undefined ? item : releaseStep(item, step, last, owned, list.item)
    return value === undefined ? [] : [value]
  })
  return rest.length === items.length && rest.every((item, i) => item === items[i]) ? items : rest
}
