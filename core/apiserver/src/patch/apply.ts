import { deepEqual, type Manifest, type StatusCause } from '@flotilla/sdk'
import type { Schema } from '../schema/schema.ts'
import { isFields } from '../schema/shape.ts'
import { compileSchema } from '../schema/structural.ts'
import { appliedFields } from './applied-fields.ts'
import type { Delta } from './delta.ts'
import { type Fields, intersect, leaf, paths, union } from './fields.ts'
import { entriesOf, type ManagedFields, timeText, unowned, unownedMetadata, withEntries } from './managed.ts'
import { mergeApplied } from './merge-applied.ts'
import { fieldConflict, malformed } from './refusals.ts'
import { release } from './release.ts'
import { objectStructure, type Structure } from './structure.ts'
import { ownedChanges, remaining, type Writer } from './track.ts'

type Object = Readonly<Record<string, unknown>>

/** A server-side apply. */
export interface Application extends Writer {
  /** Undefined when there is no object yet. */
  readonly current: Manifest | undefined
  readonly body: unknown
  /** Take fields from their owners instead of failing. */
  readonly force: boolean
  /** Fields of the object this write leaves alone: `status`, where that is a subresource of its own. */
  readonly leaves: readonly string[]
}

const without = (object: Object, names: Iterable<string>): Object => {
  const dropped = new Set(names)
  return Object.fromEntries(Object.entries(object).filter(([name]) => !dropped.has(name)))
}

const identity = ['apiVersion', 'kind', 'metadata']

/** What of the body this write may say something of. */
const scoped = (body: Object, { subresource, leaves }: Application): Object => {
  if (!subresource) return leaves.length > 0 ? without(body, leaves) : body
  const others = Object.keys(body).filter((name) => name !== subresource && !identity.includes(name))
  const { name, namespace } = Object(body.metadata)
  return { ...without(body, others), metadata: { ...(name && { name }), ...(namespace && { namespace }) } }
}

const objectName = ({ kind, apiVersion, metadata }: Object): string => {
  const { name = '', namespace = '' } = Object(metadata)
  return `(${namespace}/${name}; ${apiVersion}, Kind=${kind})`
}

function checkKnown(body: Object, schema: Schema | undefined): void {
  const [strange] = schema ? compileSchema(schema).unknownFields(body) : []
  if (strange === undefined) return
  throw malformed(`failed to create typed patch object ${objectName(body)}: .${strange}: field not declared in schema`)
}

/** What is applied. Throws 400 when it is no object, or says what only the server may. */
function configuration(application: Application): Object {
  const { body, schema } = application
  if (!isFields(body)) throw malformed('error decoding patch: an apply patch is an object')
  const { apiVersion, kind, metadata = {} } = body
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw malformed('the apply patch must have apiVersion and kind')
  }
  if (!isFields(metadata)) throw malformed('the apply patch has metadata that is not an object')
  if (metadata.managedFields) throw malformed('metadata.managedFields must be nil')
  checkKnown(body, schema)
  return scoped(body, application)
}

/** The fields an applier claims of a whole object. */
function claimed(config: Object, structure: Structure): Fields {
  const { metadata } = config
  const own = isFields(metadata) ? without(metadata, unownedMetadata) : {}
  const top = appliedFields(without(config, unowned), structure)
  const below = appliedFields(own, structure.field('metadata'), '.metadata')
  return Object.keys(below).length > 0 ? { 'f:metadata': below, ...top } : top
}

const isOf = ({ manager, subresource }: Writer, entry: ManagedFields): boolean =>
  entry.operation === 'Apply' && entry.manager === manager && entry.subresource === subresource

interface Conflict {
  readonly owner: ManagedFields
  readonly field: string
}

const conflictsOf = (owners: readonly ManagedFields[], { changed }: Delta): readonly Conflict[] =>
  owners.flatMap((owner) => {
    const common = changed && intersect(owner.fieldsV1, changed)
    return common ? paths(common).map((field) => ({ owner, field })) : []
  })

const ownerText = ({ manager, subresource, operation, apiVersion }: ManagedFields): string => {
  const text = subresource ? `"${manager}" with subresource "${subresource}"` : `"${manager}"`
  return operation === 'Update' ? `${text} using ${apiVersion}` : text
}

const conflictMessage = (conflicts: readonly Conflict[]): string => {
  const [first] = conflicts
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${ownerText(first.owner)}: ${first.field}`
  }
  const byOwner = Map.groupBy(conflicts, ({ owner }) => ownerText(owner))
  const lines = [...byOwner].map(([owner, all]) => [
    `conflicts with ${owner}:`,
    ...all.map(({ field }) => `- ${field}`),
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.flat().join('\n')}`
}

function refuseConflicts(conflicts: readonly Conflict[]): void {
  if (conflicts.length === 0) return
  const causes = conflicts.map(
    ({ owner, field }): StatusCause => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${ownerText(owner)}`,
      field,
    }),
  )
  throw fieldConflict(conflictMessage(conflicts), causes)
}

const entryFor = ({ manager, subresource, now }: Application, apiVersion: string, fieldsV1: Fields): ManagedFields => ({
  manager,
  operation: 'Apply',
  apiVersion,
  time: timeText(now),
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...(subresource && { subresource }),
})

const reduced = (owner: ManagedFields, delta: Delta): readonly ManagedFields[] => {
  const fieldsV1 = remaining(owner.fieldsV1, delta)
  if (!fieldsV1) return []
  return [fieldsV1 === owner.fieldsV1 ? owner : { ...owner, fieldsV1 }]
}

/** Every object has metadata, whoever owns what is in it. */
const always: Fields = { 'f:metadata': { 'f:name': leaf } }

/** The object that results, without a word on who owns what. */
function merged(
  live: Manifest,
  config: Object,
  last: Fields | undefined,
  owned: Fields,
  structure: Structure,
): Manifest {
  const both = mergeApplied(live, config, structure)
  return (last ? release(both, last, union(owned, always), structure) : both) as Manifest // it still is one
}

/**
 * Server-side apply: the object with what the manager wants of it, without what it wanted before and nobody else does,
 * and with its ownership written down. The very same object when nothing changes. Throws 400, and 409 with a cause for
 * each field that someone else owns and that would change.
 */
export function applyConfiguration(application: Application): Manifest {
  const { current, schema, force } = application
  const config = configuration(application)
  const { apiVersion, kind } = config as Manifest // it was looked at
  const structure = objectStructure(schema)
  const entries = entriesOf(current) ?? []
  const last = entries.find((entry) => isOf(application, entry))
  const others = entries.filter((entry) => entry !== last)
  const claims = claimed(config, structure)
  const owned = others.reduce((fields, entry) => union(fields, entry.fieldsV1), claims)
  const live: Manifest = current ?? { apiVersion, kind, metadata: { name: '' } }
  const next = merged(live, config, last?.fieldsV1, owned, structure)
  const delta = ownedChanges(current, next, schema) ?? {}
  if (!force) refuseConflicts(conflictsOf(others, delta))
  if (next === live && last && deepEqual(last.fieldsV1, claims)) return live
  const none = Object.keys(claims).length === 0
  const own = none ? [] : [entryFor(application, apiVersion, claims)]
  return withEntries(next, [...others.flatMap((owner) => reduced(owner, delta)), ...own])
}
