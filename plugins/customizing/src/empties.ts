import { type Fields, isFields } from '@flotilla/sdk'

/*
 * Lua has one word for `{}` and `[]`. What a script gives is made JSON as Karmada makes it, so that the same script gives the same
 * object: here are its rules.
 */

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0

/** What is at a place in each of some values. */
const within = (references: readonly unknown[], key: string | number): readonly unknown[] =>
  references.flatMap((reference) => {
    const isThere = typeof reference === 'object' && reference !== null && Object.hasOwn(reference, key)
    return isThere ? [(reference as Fields)[key]] : [] // a list has its items under their numbers
  })

/** What an empty field becomes; undefined: it goes. */
type Fate = (value: unknown, references: readonly unknown[]) => unknown

/** The same value with each empty field as its fate wants it. Items of lists stay: the others would move. */
function walked(value: unknown, references: readonly unknown[], fate: Fate): unknown {
  if (Array.isArray(value)) return value.map((item, at) => walked(item, within(references, at), fate))
  if (!isFields(value)) return value
  const fields: [string, unknown][] = []
  for (const [name, field] of Object.entries(value)) {
    const there = within(references, name)
    const kept = isEmpty(field) ? fate(field, there) : walked(field, there, fate)
    if (kept !== undefined) fields.push([name, kept])
  }
  return Object.fromEntries(fields)
}

/** An object without its empty fields. An empty table that stands for the object itself is an object. */
export const withoutEmpties = (value: unknown): unknown => (isEmpty(value) ? {} : walked(value, [], () => undefined))

/**
 * An object whose empty fields are what they are in the objects a script was given: `{}` or `[]`. One that is neither goes, unless
 * the script took it from there: `{}` it cannot make itself.
 */
export const withEmptiesOf = (value: unknown, references: readonly unknown[]): unknown =>
  walked(value, references, (field, there) => {
    if (there.some((each) => isFields(each) && isEmpty(each))) return {}
    if (there.some((each) => Array.isArray(each) && isEmpty(each))) return []
    return Array.isArray(field) ? undefined : field
  })
