import { table } from './table.ts'

export type Cell = string | number | undefined

export interface Column<T> {
  readonly head: string
  readonly cell: (row: T) => Cell
  /** Only shown when more is asked for. */
  readonly wide?: true
  /** Left out when no row has anything in it. */
  readonly sparse?: true
}

/** Rows in the columns that are to be shown. */
export function tableOf<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { output }: { readonly output?: string },
): string {
  const isFilled = ({ sparse, cell }: Column<T>) => !sparse || rows.some((row) => cell(row) !== undefined)
  const shown = columns.filter((column) => (!column.wide || output === 'wide') && isFilled(column))
  return table(
    shown.map(({ head }) => head),
    rows.map((row) => shown.map(({ cell }) => cell(row))),
  )
}
