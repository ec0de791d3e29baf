import { label, type ObjectMeta } from '@flotilla/sdk'
import type { Cell } from '../output/columns.ts'

interface ColumnDefinition {
  readonly name: string
  /** Above 0, only who wants it wide sees it. */
  readonly priority?: number
}

/** What an API server makes of a list for people (`meta.k8s.io/v1` Table). */
export interface ServerTable {
  readonly columnDefinitions: readonly ColumnDefinition[]
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object?: { readonly metadata?: ObjectMeta } }[]
}

/** The table of one cluster. */
export interface Part {
  readonly cluster: string
  readonly table: ServerTable
}

/** One table of all clusters. */
export interface Merged {
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface Shown {
  readonly wide: boolean
  /** Objects of several namespaces. */
  readonly namespaces: boolean
}

/** The columns of all clusters, those of the first in their order: clusters of other versions may have others. */
function columnsOf(parts: readonly Part[], { wide }: Shown): readonly string[] {
  const shown = parts
    .flatMap(({ table }) => table.columnDefinitions)
    .filter(({ priority = 0 }) => wide || priority === 0)
  return [...new Set(shown.map(({ name }) => name))]
}

const textOf = (value: unknown): Cell =>
  typeof value === 'number' || typeof value === 'string'
    ? value
    : value === null || value === undefined
      ? undefined
      : JSON.stringify(value)

/** Whether the control plane brought an object to its cluster. */
const isAdopted = (metadata: ObjectMeta | undefined): boolean => metadata?.labels?.[label.managed] === 'true'

/** One table of the tables of clusters: behind the name stands the cluster, and at the end whether the control plane brought it there. */
export function merged(parts: readonly Part[], shown: Shown): Merged {
  const [name = 'Name', ...others] = columnsOf(parts, shown)
  const rows = parts.flatMap(({ cluster, table }) => {
    const at = new Map(table.columnDefinitions.map((column, index) => [column.name, index]))
    return table.rows.map(({ cells, object }) => {
      const cell = (column: string) => textOf(cells[at.get(column) ?? -1])
      const namespace = shown.namespaces ? [object?.metadata?.namespace] : []
      return [...namespace, cell(name), cluster, ...others.map(cell), isAdopted(object?.metadata) ? 'Y' : 'N']
    })
  })
  const namespace = shown.namespaces ? ['NAMESPACE'] : []
  const head = [...namespace, name, 'CLUSTER', ...others, 'ADOPTION']
  return { head: head.map((each) => each.toUpperCase()), rows }
}
