import { type AggregatedStatusItem, deepEqual, type Json, type Manifest } from '@flotilla/sdk'
import type { Reader } from './read.ts'

/** The template with a status; the same template when it has that already. */
export const withStatus = <T extends Manifest>(template: T, status: object): T =>
  deepEqual(template.status ?? {}, status) ? template : { ...template, status }

/** What a member said, with its name. */
export interface Said<T> {
  readonly cluster: string
  readonly status: T
}

/** What members said, as it is read; those that said nothing yet are left out. */
export const said = <T>(items: readonly AggregatedStatusItem[], read: Reader<T>): readonly Said<T>[] =>
  items.flatMap(({ clusterName, status: value }) => {
    const status = read(value)
    return status === undefined ? [] : [{ cluster: clusterName, status }]
  })

/** Without fields that are undefined, 0, empty text or empty lists: what Go's `omitempty` drops. */
export const withoutEmpty = (fields: Readonly<Record<string, Json | undefined>>): { readonly [field: string]: Json } =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => {
      const [, value] = entry
      return value !== undefined && value !== 0 && value !== '' && !(Array.isArray(value) && value.length === 0)
    }),
  )
