import type { Manifest } from '@flotilla/sdk'
import type { Schema } from '../schema/schema.ts'
import { compareFields, type Delta } from './delta.ts'
import { cut, type Fields, subtract, union } from './fields.ts'
import {
  asksForReset,
  entriesOf,
  type ManagedFields,
  timeText,
  unowned,
  unownedMetadata,
  withEntries,
} from './managed.ts'
import { objectStructure } from './structure.ts'

/** Whose write it is. */
export interface Writer {
  readonly manager: string
  /** `status`, ...; absent for the object itself. */
  readonly subresource?: string
  /** Of the kind; without one, all lists have one owner. */
  readonly schema?: Schema
  readonly now: Date
}

/** Changes of an object that someone owns. */
export function ownedChanges(
  before: Manifest | undefined,
  after: Manifest,
  schema: Schema | undefined,
): Delta | undefined {
  const structure = objectStructure(schema)
  const top = compareFields(before ?? {}, after, structure, unowned)
  const old = before?.metadata ?? {}
  if (old === after.metadata) return top
  const metadata = compareFields({ ...old }, { ...after.metadata }, structure.field('metadata'), unownedMetadata)
  return metadata ? joined(top, metadata) : top
}

const joined = (top: Delta | undefined, metadata: Delta): Delta => ({
  ...((top?.changed || metadata.changed) && {
    changed: { ...top?.changed, ...(metadata.changed && { 'f:metadata': metadata.changed }) },
  }),
  ...((top?.removed || metadata.removed) && {
    removed: { ...top?.removed, ...(metadata.removed && { 'f:metadata': metadata.removed }) },
  }),
})

/** What an owner still owns of fields that are now gone, or someone else's. */
export function remaining(fields: Fields, { removed, changed }: Delta): Fields | undefined {
  const present = removed ? cut(fields, removed) : fields
  return present && changed ? subtract(present, changed) : present
}

const kept = (entry: ManagedFields, delta: Delta): readonly ManagedFields[] => {
  const fieldsV1 = remaining(entry.fieldsV1, delta)
  if (!fieldsV1) return []
  return [fieldsV1 === entry.fieldsV1 ? entry : { ...entry, fieldsV1 }]
}

const isOf = ({ manager, subresource }: Writer, apiVersion: string, entry: ManagedFields): boolean =>
  entry.operation === 'Update' &&
  entry.manager === manager &&
  entry.apiVersion === apiVersion &&
  entry.subresource === subresource

/** The writer owns what it changed, together with what it owned of it before; everybody else loses it. */
function transfer(
  entries: readonly ManagedFields[],
  delta: Delta,
  writer: Writer,
  apiVersion: string,
): readonly ManagedFields[] {
  const { manager, subresource, now } = writer
  const own = entries.find((entry) => isOf(writer, apiVersion, entry))
  const others = entries.filter((entry) => entry !== own).flatMap((entry) => kept(entry, delta))
  const before = own && (delta.removed ? cut(own.fieldsV1, delta.removed) : own.fieldsV1)
  const fieldsV1 = before && delta.changed ? union(before, delta.changed) : (delta.changed ?? before)
  if (!fieldsV1) return others
  const time = delta.changed || !own?.time ? timeText(now) : own.time
  const fieldsType = 'FieldsV1' as const
  const written = { manager, operation: 'Update' as const, apiVersion, time, fieldsType, fieldsV1 }
  return [...others, subresource ? { ...written, subresource } : written]
}

/** The object after a write whose owner is not recorded: those before it stay. */
export function keepOwners(before: Manifest | undefined, after: Manifest): Manifest {
  const entries = entriesOf(after) ?? (before && entriesOf(before))
  return entries === after.metadata.managedFields ? after : withEntries(after, entries)
}

/**
 * The object after a write that is not an apply, with `metadata.managedFields` as they are then. Entries the writer sends
 * along count; without any, those of `before` do; one empty entry forgets them all.
 */
export function trackUpdate(before: Manifest | undefined, after: Manifest, writer: Writer): Manifest {
  if (asksForReset(after)) return withEntries(after, undefined)
  const entries = entriesOf(after) ?? entriesOf(before)
  const delta = ownedChanges(before, after, writer.schema)
  if (!delta) return entries === after.metadata.managedFields ? after : withEntries(after, entries)
  return withEntries(after, transfer(entries ?? [], delta, writer, after.apiVersion))
}
