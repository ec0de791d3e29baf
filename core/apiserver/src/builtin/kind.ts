import type { Manifest, StatusCause } from '@flotilla/sdk'
import type { Column, Deletion, Resource } from '../resource.ts'
import { onlyNames } from '../select/fields.ts'
import { definition } from './definitions.ts'

/** Where the kinds of a group are. */
export interface Group {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  /** What the names of its schemas begin with: `io.k8s.api.apps.v1`. */
  readonly schemas: string
}

/** A kind as a table has it. What is left out is as most kinds are. `T` is what its schema makes sure of. */
export interface KindOptions<T> {
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  /** By default namespaced. */
  readonly scope?: 'Cluster'
  /** By default the kind in lower case. */
  readonly singular?: string
  readonly subresources?: Resource['subresources']
  readonly own?: Resource['own']
  readonly transient?: true
  readonly scale?: Resource['scale']
  readonly viewOf?: Resource['viewOf']
  /** By default kinds with a status have a generation. */
  readonly generation?: boolean
  readonly columns?: readonly ColumnOf<T>[]
  readonly selectable?: Readonly<Record<string, (object: T) => string | undefined>>
  /** Defaults and fields of the server's own; `before` on update only. */
  readonly prepare?: (object: T, before?: T) => T
  readonly prepareSubresource?: (subresource: string, object: T, before: T, now: string) => T
  readonly validate?: (object: T, before?: T, subresource?: string) => readonly StatusCause[]
  readonly grace?: (object: T) => number
  readonly deletion?: Deletion
}

export interface ColumnOf<T> extends Omit<Column, 'cell'> {
  readonly cell: (object: T, now: Date) => unknown
}

const created: Column = {
  name: 'Created At',
  type: 'string',
  description: 'When the object was created.',
  cell: ({ metadata }) => metadata.creationTimestamp,
}

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: ({ metadata }) => metadata.name,
}

const age: Column = {
  name: 'Age',
  type: 'date',
  description: 'How long ago the object was created.',
  cell: ({ metadata }) => metadata.creationTimestamp,
}

/** Columns nearly every kind has. */
export const column = { name: nameColumn, age, created } as const

const selectors = <T extends Manifest>({ selectable }: KindOptions<T>): Resource['selectableFields'] =>
  !selectable
    ? onlyNames
    : Object.fromEntries(
        Object.entries(selectable).map(([field, read]) => [field, (object: Manifest) => read(object as T) ?? '']),
      )

const strategyOf = <T extends Manifest>({
  prepare,
  prepareSubresource,
  validate,
  grace,
  deletion,
}: KindOptions<T>): Resource['strategy'] => ({
  ...(deletion && { deletion }),
  ...(prepare && {
    prepareForCreate: (object) => prepare(object as T),
    prepareForUpdate: (object, before) => prepare(object as T, before as T),
  }),
  ...(grace && { grace: (object) => grace(object as T) }),
  ...(prepareSubresource && {
    prepareSubresource: (subresource, object, before, now) =>
      prepareSubresource(subresource, object as T, before as T, now),
  }),
  ...(validate && {
    validate: (object, before, subresource) => validate(object as T, before as T | undefined, subresource),
  }),
})

/**
 * A kind of a group. Its functions get objects as their type: the schema is checked before any of them is asked, which is
 * what the casts here rest on.
 */
export function kind<T extends Manifest>(
  { group, version, schemas }: Group,
  name: string,
  plural: string,
  options: KindOptions<T> = {},
): Resource {
  const { subresources = [], shortNames = [], categories = [], singular = name.toLowerCase() } = options
  const { scale, viewOf } = options
  const columns = options.columns ?? [column.name, column.created]
  return {
    group,
    version,
    kind: name,
    listKind: `${name}List`,
    plural,
    singular,
    shortNames,
    categories,
    namespaced: options.scope !== 'Cluster',
    subresources,
    ...(scale && { scale }),
    ...(viewOf && { viewOf }),
    ...(options.own && { own: options.own }),
    ...(options.transient && { transient: true }),
    generation: options.generation ?? subresources.includes('status'),
    schema: definition(`${schemas}.${name}`),
    columns: columns.map((each) => ({ ...each, cell: (object, now) => each.cell(object as T, now) })),
    selectableFields: selectors(options),
    strategy: strategyOf(options),
  }
}

const wide = 1

/** Columns that only `-o wide` shows. */
export const wideOnly = <T>(...columns: readonly ColumnOf<T>[]): readonly ColumnOf<T>[] =>
  columns.map((each) => ({ ...each, priority: wide }))

/** A column of text. */
export const text = <T>(name: string, cell: ColumnOf<T>['cell'], description = ''): ColumnOf<T> => ({
  name,
  type: 'string',
  description,
  cell,
})

/** A column of whole numbers; nothing prints as 0. */
export const count = <T>(name: string, cell: (object: T) => number | undefined, description = ''): ColumnOf<T> => ({
  name,
  type: 'integer',
  description,
  cell: (object) => cell(object) ?? 0,
})
