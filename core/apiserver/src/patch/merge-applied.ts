import { deepEqual } from '@flotilla/sdk'
import { isFields } from '../schema/shape.ts'
import { itemsByStep, type ListStructure, type Structure, stepTo } from './structure.ts'

type Object = Readonly<Record<string, unknown>>

/** A live value with an applied one merged in: the live one itself when that changes nothing. */
export function mergeApplied(live: unknown, applied: unknown, structure: Structure): unknown {
  if (live === undefined || structure.atomic) return deepEqual(live, applied) ? live : applied
  if (isFields(live) && isFields(applied)) return mergeFields(live, applied, structure)
  if (Array.isArray(live) && Array.isArray(applied) && structure.list) return mergeItems(live, applied, structure.list)
  return deepEqual(live, applied) ? live : applied
}

function mergeFields(live: Object, applied: Object, structure: Structure): Object {
  let merged: Record<string, unknown> | undefined
  for (const name in applied) {
    const value = Object.hasOwn(live, name) ? live[name] : undefined
    const next = mergeApplied(value, applied[name], structure.field(name))
    if (next === value) continue
    merged ??= { ...live }
    merged[name] = next
  }
  return merged ?? live
}

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i])

/** Applied items come in their own order; the others keep their place between them. */
function mergeItems(live: readonly unknown[], applied: readonly unknown[], list: ListStructure): readonly unknown[] {
  const wanted = itemsByStep(applied, list)
  if (!wanted) return applied
  const there = new Map(live.map((item) => [stepTo(item, list), item]))
  const pending = [...wanted]
  const merged: unknown[] = []
  const done = new Set<string | undefined>()
  const takeNext = (): string | undefined => {
    const [step, item] = pending.shift() ?? []
    if (step === undefined) return undefined
    merged.push(mergeApplied(there.get(step), item, list.item))
    done.add(step)
    return step
  }
  for (const item of live) {
    const step = stepTo(item, list)
    if (step === undefined || !wanted.has(step)) merged.push(item)
    else while (!done.has(step)) takeNext()
  }
  while (takeNext() !== undefined);
  return sameItems(merged, live) ? live : merged
}
