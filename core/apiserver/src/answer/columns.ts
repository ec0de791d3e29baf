import { readFileSync } from 'node:fs'
import type { Served } from '../registry/registry.ts'
import type { Column } from '../resource.ts'

/** A column as clients are told of it. */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

const file = new URL('../../schemas/columns.json', import.meta.url)

let read: Readonly<Record<string, readonly ColumnDefinition[]>> | undefined

const publishedOf = (path: string): readonly ColumnDefinition[] => {
  read ??= JSON.parse(readFileSync(file, 'utf8')) as NonNullable<typeof read> // the generator wrote it
  return read[path] ?? []
}

const own = ({ name, type, format = '', description = '', priority = 0 }: Column): ColumnDefinition => ({
  name,
  type,
  format,
  description,
  priority,
})

/** Kubernetes' words for what every kind has: of the kind that has nothing else. */
const wordsFor = (name: string): string =>
  publishedOf('v1/configmaps').find((each) => each.name === name)?.description ?? ''

const common: ReadonlyMap<string, Column['type']> = new Map([
  ['Name', 'string'],
  ['Age', 'date'],
])

/** What nobody describes is described as Kubernetes does. */
const described = (column: Column): ColumnDefinition => {
  const isCommon = common.get(column.name) === column.type && !column.description
  return { ...own(column), ...(isCommon && { description: wordsFor(column.name) }) }
}

/** The columns of a kind as Kubernetes tells of them: of a built-in one in its own words. */
export const definitionsOf = (
  { custom, apiVersion, plural }: Pick<Served, 'custom' | 'apiVersion' | 'plural'>,
  columns: readonly Column[],
): readonly ColumnDefinition[] => {
  const published = custom ? [] : publishedOf(`${apiVersion}/${plural}`)
  const isSame = published.length === columns.length && columns.every(({ name }, i) => name === published[i]?.name)
  return isSame ? published : columns.map(described)
}
