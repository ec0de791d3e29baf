import { isFields } from '@flotilla/sdk'

type List = readonly unknown[]

/** What tells the elements of a list apart: ports have a name as containers do, but it may be missing. */
const nameOf = (element: unknown): string | undefined =>
  isFields(element) && typeof element.name === 'string' ? element.name : undefined

/** The elements of a list by name; undefined unless each has a name of its own. */
export function byName(list: List): ReadonlyMap<string, unknown> | undefined {
  const named = new Map<string, unknown>()
  for (const element of list) {
    const name = nameOf(element)
    if (name === undefined || named.has(name)) return undefined
    named.set(name, element)
  }
  return named
}
