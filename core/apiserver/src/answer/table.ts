import { setImmediate as turn } from 'node:timers/promises'
import type { Manifest } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'
import type { Column } from '../resource.ts'
import type { ObjectList } from '../verbs/list.ts'
import { age } from './age.ts'
import { type ColumnDefinition, definitionsOf } from './columns.ts'
import { type Partial, partialOf } from './partial.ts'

interface Row {
  readonly cells: readonly unknown[]
  /** For `kubectl get -A`, selectors and deletion: who the row is about. */
  readonly object: Partial | Manifest | null
}

/** A list as `kubectl get` prints it (`meta.k8s.io/v1 Table`). */
export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: string
  readonly metadata: object
  /** Null in all events of a watch but the first. */
  readonly columnDefinitions: readonly ColumnDefinition[] | null
  readonly rows: readonly Row[]
}

/** How much of each object a row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

export interface TableOptions {
  readonly of: Pick<Served, 'custom' | 'apiVersion' | 'plural'>
  readonly columns: readonly Column[]
  readonly includeObject: IncludeObject
  readonly now: Date
  /** Without the head: in a watch it is sent once. */
  readonly headless?: boolean
  readonly version: string
}

const name: Column = { name: 'Name', type: 'string', format: 'name', cell: ({ metadata }) => metadata.name }

/** A kind that does not show the name anywhere gets it first. */
const withName = (columns: readonly Column[]): readonly Column[] =>
  columns.some((column) => column.name === name.name) ? columns : [name, ...columns]

const cellOf = (column: Column, object: Manifest, now: Date): unknown => {
  const value = column.cell(object, now)
  if (column.type === 'date') return age(value, now)
  return value === undefined ? '<none>' : value
}

const rowOf = (object: Manifest, columns: readonly Column[], { includeObject, now, version }: TableOptions): Row => {
  const cells = columns.map((column) => cellOf(column, object, now))
  if (includeObject === 'None') return { cells, object: null }
  return { cells, object: includeObject === 'Object' ? object : partialOf(object, version) }
}

/** The table of some objects. `metadata` is that of the list. */
export const tableOf = (objects: readonly Manifest[], metadata: object, options: TableOptions): Table => {
  const columns = withName(options.columns)
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata,
    columnDefinitions: options.headless ? null : definitionsOf(options.of, columns),
    rows: objects.map((object) => rowOf(object, columns, options)),
  }
}

/** So many rows are made in one turn. */
const turnRows = 250

/** The table of many: others have their turns in between. */
export const longTableOf = async (
  objects: readonly Manifest[],
  metadata: object,
  options: TableOptions,
): Promise<Table> => {
  const rows: Row[] = []
  for (let at = 0; at < objects.length; at += turnRows) {
    if (at > 0) await turn()
    rows.push(...tableOf(objects.slice(at, at + turnRows), metadata, options).rows)
  }
  return { ...tableOf([], metadata, options), rows }
}

export const isObjectList = (body: unknown): body is ObjectList =>
  typeof body === 'object' && body !== null && 'items' in body && Array.isArray(body.items)
