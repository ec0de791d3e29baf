import { keyText, type TargetCluster } from '@flotilla/sdk'
import { type Cell, type Column, tableOf } from '../output/columns.ts'
import { paragraphs } from '../output/paragraphs.ts'
import { nameOf } from '../plan/print.ts'
import type { Load, Move, Stuck } from './moves.ts'
import type { Simulation } from './simulate.ts'

const share = (target: TargetCluster | undefined): Cell => (target ? (target.replicas ?? 'yes') : undefined)

const change = (from: Cell, to: Cell): string => (from === to ? `${from}` : `${from} → ${to}`)

const replicas = ({ from, to }: Move): Cell => {
  const none = share(from) === 'yes' || share(to) === 'yes' ? 'no' : 0
  return change(share(from) ?? none, share(to) ?? none)
}

const moveColumns: readonly Column<Move>[] = [
  { head: 'OBJECT', cell: ({ object }) => nameOf(object) },
  { head: 'BINDING', cell: ({ binding }) => keyText(binding), wide: true },
  { head: 'CLUSTER', cell: ({ cluster }) => cluster },
  { head: 'REPLICAS', cell: replicas },
  { head: 'WHY', cell: ({ why }) => why },
]

const loadColumns: readonly Column<Load>[] = [
  { head: 'CLUSTER', cell: ({ cluster }) => cluster },
  { head: 'BINDINGS', cell: ({ bindings: { from, to } }) => change(from, to) },
  { head: 'REPLICAS', cell: ({ replicas: { from, to } }) => change(from, to) },
]

const isOther = ({ bindings, replicas }: Load): boolean =>
  bindings.from !== bindings.to || replicas.from !== replicas.to

const stuckText = ({ object, message }: Stuck): string => `${nameOf(object)} would have nowhere to go: ${message}`

const counted = (count: number, what = 'binding'): string => `${count} ${what}${count === 1 ? '' : 's'}`

function summaryText({ summary, tolerating }: Simulation): string {
  const { bindings, moved, stay, unschedulable, unschedulableAlready } = summary
  const already = unschedulableAlready > 0 ? ` (${unschedulableAlready} of them have nowhere to go as it is)` : ''
  return [
    `${counted(bindings)}: ${moved} would move, ${stay} stay${already}, ${unschedulable} would have nowhere to go`,
    ...tolerating.map(({ cluster, bindings }) => `${counted(bindings)} would stay in ${cluster}: they tolerate it`),
  ].join('\n')
}

/** A simulation for a person: the moves, what clusters would hold, what would have nowhere to go, and a summary. */
export function simulationText(found: Simulation, options: { readonly output?: string }): string {
  const { moves, unschedulable, clusters } = found
  const loads = options.output === 'wide' ? clusters : clusters.filter(isOther)
  return paragraphs(
    moves.length > 0 ? tableOf(moveColumns, moves, options) : undefined,
    loads.length > 0 ? tableOf(loadColumns, loads, options) : undefined,
    unschedulable.map(stuckText).join('\n'),
    summaryText(found),
  )
}
