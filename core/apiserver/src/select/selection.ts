import type { Manifest } from '@flotilla/sdk'

/** Whether an object is asked for. Undefined asks for all. */
export type Selection = ((object: Manifest) => boolean) | undefined

/** What both select. */
export const both = (a: Selection, b: Selection): Selection => {
  if (a === undefined) return b
  if (b === undefined) return a
  return (object) => a(object) && b(object)
}
