import { deepEqual, type StatusCause } from '@flotilla/sdk'
import type { Schema } from './schema.ts'
import { isFields } from './shape.ts'

/** A place in an object, in its schema, and in what the object takes the place of. */
interface Place {
  readonly schema: Schema | undefined
  readonly after: unknown
  readonly before: unknown
}

const ofField = ({ schema, after, before }: Place, key: string): Place => {
  const { properties = {}, additionalProperties: values } = schema ?? {}
  const own = Object.hasOwn(properties, key) ? properties[key] : undefined
  return {
    schema: own ?? (typeof values === 'object' ? values : undefined),
    after: isFields(after) ? after[key] : undefined,
    before: isFields(before) ? before[key] : undefined,
  }
}

/** An item is known again by its keys, in a list that is a map. */
const ofItem = ({ schema, after, before }: Place, index: number): Place => {
  const item: unknown = Array.isArray(after) ? after[index] : undefined
  const keys = schema?.['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : []
  const isSame = (each: unknown) =>
    keys.every((key) => deepEqual(Reflect.get(Object(each), key), Reflect.get(Object(item), key)))
  const found: unknown = keys.length > 0 && Array.isArray(before) ? before.find(isSame) : undefined
  return { schema: schema?.items, after: item, before: found }
}

const follows = (rest: string, key: string): boolean =>
  rest.startsWith(key) && (rest.length === key.length || /[.[]/.test(rest[key.length] ?? ''))

/** Whether what a path leads to, or something it is part of, is as it was. A key may have dots in it. */
const isUnchanged = (place: Place, path: string): boolean => {
  const { after, before } = place
  if (before !== undefined && deepEqual(after, before)) return true
  const rest = path.replace(/^\./, '')
  const [whole, index] = /^\[(\d+)\]/.exec(rest) ?? []
  if (whole !== undefined) return isUnchanged(ofItem(place, Number(index)), rest.slice(whole.length))
  if (rest === '' || !isFields(after)) return false
  const key = Object.keys(after)
    .filter((each) => follows(rest, each))
    .reduce<string | undefined>(
      (longest, each) => (longest && longest.length >= each.length ? longest : each),
      undefined,
    )
  return key !== undefined && isUnchanged(ofField(place, key), rest.slice(key.length))
}

/** What is wrong however long it has been so: that something is missing, or there twice. */
const lasting: ReadonlySet<string> = new Set(['FieldValueRequired', 'FieldValueDuplicate'])

/** What is wrong with an object, but for what an update has left as it was: it was good before its definition changed. */
export const newlyWrong = (
  causes: readonly StatusCause[],
  schema: Schema | undefined,
  after: object,
  before: object | undefined,
): readonly StatusCause[] =>
  before && schema
    ? causes.filter(
        ({ field = '', reason = '' }) =>
          lasting.has(reason) || !isUnchanged({ schema, after: without(after), before: without(before) }, field),
      )
    : causes

/** Metadata always changes, and is nothing a schema judges. */
const without = (object: object): object => {
  const { metadata: _, ...rest } = object as { readonly metadata?: unknown }
  return rest
}
