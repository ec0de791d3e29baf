import type { Manifest } from '@flotilla/sdk'
import { isFields } from '../schema/shape.ts'
import { type Fields, union } from './fields.ts'
import { shared } from './shared.ts'

/** Who owns which fields, and by which kind of write: an entry of `metadata.managedFields`. */
export interface ManagedFields {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  /** Of the object as the manager wrote it. */
  readonly apiVersion: string
  /** When the manager last changed what it owns. */
  readonly time?: string
  readonly fieldsType: 'FieldsV1'
  readonly fieldsV1: Fields
  readonly subresource?: string
}

/** The fields of metadata nobody owns: the server's own, and the object's identity. */
export const unownedMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
])

/** The fields of an object that have no owner of their own. */
export const unowned: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string'

const isTree = (value: unknown): value is Fields => isFields(value) && Object.values(value).every(isTree)

const isEntry = (value: unknown): value is ManagedFields =>
  isFields(value) &&
  typeof value.manager === 'string' &&
  (value.operation === 'Apply' || value.operation === 'Update') &&
  isText(value.apiVersion) &&
  isText(value.time) &&
  isText(value.subresource) &&
  value.fieldsType === 'FieldsV1' &&
  isTree(value.fieldsV1)

/** Lists of entries that were looked at, or made here. */
const checked = new WeakSet<readonly unknown[]>()

const areEntries = (list: readonly unknown[]): list is readonly ManagedFields[] => {
  if (checked.has(list)) return true
  if (list.length === 0 || !list.every(isEntry)) return false
  checked.add(list)
  return true
}

/** The entries of an object; undefined when it has none, or what it has are no entries. */
export function entriesOf(object: Manifest | undefined): readonly ManagedFields[] | undefined {
  const entries = object?.metadata.managedFields
  return entries && areEntries(entries) ? entries : undefined
}

/** Whether a writer asks for all ownership to be forgotten, which is said with one empty entry. */
export const asksForReset = ({ metadata: { managedFields } }: Manifest): boolean => {
  const [entry] = managedFields ?? []
  return managedFields?.length === 1 && isFields(entry) && Object.keys(entry).length === 0
}

/** Times have no fractions here, as everywhere in metadata. */
export const timeText = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`

const mostUpdaters = 10
const ancient = 'ancient-changes'

/** Entries of the many that only ever wrote once are put together, the oldest first, so that they stay few. */
function capped(entries: readonly ManagedFields[]): readonly ManagedFields[] {
  const updaters = entries.filter(({ operation }) => operation === 'Update')
  const excess = updaters.length - mostUpdaters
  if (excess <= 0) return entries
  const [first, ...rest] = updaters.toSorted(byAge).slice(0, excess + 1)
  if (!first) return entries
  const old = new Set([first, ...rest])
  const fieldsV1 = rest.reduce((fields, entry) => union(fields, entry.fieldsV1), first.fieldsV1)
  const { subresource: _, ...newest } = rest.at(-1) ?? first
  return [...entries.filter((each) => !old.has(each)), { ...newest, manager: ancient, fieldsV1 }]
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byAge = (a: ManagedFields, b: ManagedFields): number => compareTexts(a.time ?? '', b.time ?? '')

const inOrder = (a: ManagedFields, b: ManagedFields): number =>
  compareTexts(a.operation, b.operation) ||
  byAge(a, b) ||
  compareTexts(a.manager, b.manager) ||
  compareTexts(a.apiVersion, b.apiVersion) ||
  compareTexts(a.subresource ?? '', b.subresource ?? '')

/** The entry with fields that others have too. */
const slim = (entry: ManagedFields): ManagedFields => {
  const fieldsV1 = shared(entry.fieldsV1)
  return fieldsV1 === entry.fieldsV1 ? entry : { ...entry, fieldsV1 }
}

/** Lists of entries that are few, and in order: they were made here. */
const formed = new WeakSet<readonly unknown[]>()

function form(entries: readonly ManagedFields[]): readonly ManagedFields[] {
  if (formed.has(entries)) return entries
  const managedFields = capped(entries).toSorted(inOrder).map(slim)
  checked.add(managedFields)
  formed.add(managedFields)
  return managedFields
}

/** The object with these entries, in Kubernetes' order; the same object when it has them already. */
export function withEntries(object: Manifest, entries: readonly ManagedFields[] | undefined): Manifest {
  if (entries === object.metadata.managedFields) return object
  const { managedFields: _, ...metadata } = object.metadata
  if (!entries?.length) return { ...object, metadata }
  return { ...object, metadata: { ...metadata, managedFields: form(entries) } }
}

/** An object as it was stored, with fields that others have too. */
export function withSharedFields(object: Manifest): Manifest {
  const entries = entriesOf(object)
  return entries ? withEntries(object, [...entries]) : object
}
