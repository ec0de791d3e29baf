import { errors, type Json, type OverrideOperator } from '@flotilla/sdk'
import { applyPatch, Pointer } from 'rfc6902'

/** One step of a JSON patch, in the words of an override policy. */
export interface Change {
  /** RFC 6901. */
  readonly path: string
  readonly operator: OverrideOperator
  /** Without one, `add` and `replace` write null. */
  readonly value?: Json
  /** The value by what stands there before, undefined for nothing. */
  readonly compute?: (before: unknown) => Json
}

type Fields = Readonly<Record<string, unknown>>

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** To JavaScript it is no field: written to, it would be lost and change what all others are read from. */
const unspeakable = '__proto__'

/** The steps of a JSON pointer, unescaped. Throws `OVERRIDE_PATH` when it is none. */
export function steps(path: string): readonly string[] {
  if (!path.startsWith('/')) throw errors.OVERRIDE_PATH(path, 'it has to begin with /, and cannot be the whole object')
  const [, ...all] = Pointer.fromJSON(path).tokens
  if (all.includes(unspeakable)) throw errors.OVERRIDE_PATH(path, `a field cannot be called ${unspeakable}`)
  return all
}

/** What a step leads to; undefined when there is nothing. */
function follow(value: unknown, step: string): unknown {
  if (isList(value)) return /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined
  return isFields(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

/** What a path leads to; undefined when there is nothing. */
export const read = (document: unknown, path: readonly string[]): unknown => path.reduce(follow, document)

function rebuilt(value: unknown, [step, ...rest]: readonly string[], edit: (target: unknown) => unknown): unknown {
  if (step === undefined) return edit(value)
  const before = follow(value, step)
  if (before === undefined) return value
  const after = rebuilt(before, rest, edit)
  if (after === before) return value
  const copy: object = isList(value) ? [...value] : { ...(value as Fields) } // something followed a step
  return Object.assign(copy, { [step]: after })
}

/**
 * The document with `edit` applied to what a path leads to, sharing everything beside the path. The document itself when
 * the edit changes nothing, or when there is nothing to edit.
 */
export const edited = <T>(document: T, path: readonly string[], edit: (target: unknown) => unknown): T =>
  rebuilt(document, path, edit) as T // the same document with one part edited

function applied(parent: unknown, step: string, { path, operator, value = null }: Change): unknown {
  if (!isList(parent) && !isFields(parent))
    throw errors.OVERRIDE_PATH(path, 'its parent is neither an object nor a list')
  const appends = isList(parent) && operator === 'add' && (step === '-' || step === String(parent.length))
  const exists = follow(parent, step) !== undefined
  if (!exists && !appends && (isList(parent) || operator === 'remove'))
    throw errors.OVERRIDE_PATH(path, `there is nothing${operator === 'add' ? '' : ` to ${operator}`}`)
  const copy = isList(parent) ? [...parent] : { ...parent }
  const last = new Pointer(['', step]).toString()
  const [failure] = applyPatch(copy, [
    operator === 'remove' ? { op: operator, path: last } : { op: exists ? operator : 'add', path: last, value },
  ])
  if (failure) throw errors.OVERRIDE_PATH(path, failure.message)
  return copy
}

/**
 * The document with one change, sharing the rest; nothing is written to the document, which may be frozen. As in
 * Kubernetes, `replace` of a key that an object does not have sets it. Throws `OVERRIDE_PATH` when the change does not
 * fit the document.
 */
export function patched<T>(document: T, change: Change): T {
  const path = steps(change.path)
  const [parent, last = ''] = [path.slice(0, -1), path.at(-1)]
  if (read(document, parent) === undefined)
    throw errors.OVERRIDE_PATH(change.path, 'its parent does not exist; add that before')
  const value = change.compute?.(read(document, path)) ?? change.value
  return edited(document, parent, (target) =>
    applied(target, last, { ...change, ...(value !== undefined && { value }) }),
  )
}
