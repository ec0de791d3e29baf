import type { Difference } from '@flotilla/core'
import { keyText, type Reference } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { type Cell, type Column, tableOf } from '../output/columns.ts'
import { paragraphs } from '../output/paragraphs.ts'
import type { Drift, Drifts } from './drift.ts'
import type { PlannedPlacement, PlannedTemplate } from './inquiry.ts'
import type { Plan } from './plan.ts'

export const nameOf = (at: Reference): string => `${at.kind} ${keyText(at)}`

export interface PrintOptions {
  /** Whether what differs is printed. */
  readonly diff: boolean
  /** `wide` shows more columns. */
  readonly output?: string
}

const replicas = ({ from, to }: PlannedPlacement): Cell => {
  if (from === undefined && to === undefined) return undefined
  return from === to ? from : `${from ?? 0} → ${to ?? 0}`
}

/** A template in one cluster; in none, when it lands nowhere. */
interface PlanRow extends PlannedTemplate {
  readonly placement?: PlannedPlacement
}

const rowsOf = (planned: PlannedTemplate): readonly PlanRow[] =>
  planned.placements.length === 0 ? [planned] : planned.placements.map((placement) => ({ ...planned, placement }))

const policyOf = ({ policy, requiredBy }: PlanRow): Cell =>
  policy ?? (requiredBy.length > 0 ? `(of ${requiredBy.join(', ')})` : undefined)

const planColumns: readonly Column<PlanRow>[] = [
  { head: 'OBJECT', cell: ({ template }) => nameOf(template) },
  { head: 'APIVERSION', cell: ({ template }) => template.apiVersion, wide: true },
  { head: 'CLUSTER', cell: ({ placement }) => placement?.cluster },
  { head: 'REPLICAS', cell: ({ placement }) => placement && replicas(placement) },
  { head: 'POLICY', cell: policyOf },
  { head: 'OVERRIDES', cell: ({ placement }) => placement?.overrides.join(',') || undefined },
  { head: 'FIELDS', cell: ({ placement }) => placement?.verdict.differences.length, wide: true },
  { head: 'ACTION', cell: ({ placement }) => placement?.verdict.act ?? 'none' },
]

const driftColumns: readonly Column<Drift>[] = [
  { head: 'OBJECT', cell: ({ object }) => nameOf(object) },
  { head: 'APIVERSION', cell: ({ object }) => object.apiVersion, wide: true },
  { head: 'CLUSTER', cell: ({ cluster }) => cluster },
  { head: 'STATE', cell: ({ state }) => state },
  { head: 'FIELDS', cell: ({ state, differences }) => (state === 'differs' ? differences.length : undefined) },
  { head: 'SUSPENDED', cell: ({ suspended }) => (suspended ? 'yes' : 'no') },
]

/** What is said of a cluster need not be said of all. */
function reasonsOf({ template, placements, reasons }: PlannedTemplate): readonly string[] {
  const told = placements.flatMap(({ verdict }) => verdict.reason ?? [])
  return [
    ...reasons.filter((reason) => !told.includes(reason)).map((reason) => `${nameOf(template)}: ${reason}`),
    ...placements.flatMap(({ cluster, verdict }) =>
      verdict.reason === undefined ? [] : [`${nameOf(template)} in ${cluster}: ${verdict.reason}`],
    ),
  ]
}

const block = (sign: '-' | '+', value: unknown): readonly string[] => {
  if (value === undefined) return []
  const text = typeof value === 'object' && value !== null ? stringify(value).trimEnd() : JSON.stringify(value)
  return text.split('\n').map((line) => `${sign} ${line}`)
}

/** What differs, place by place: `-` what is there, `+` what is to be there. */
export function diffText(found: readonly Difference[]): readonly string[] {
  return found.flatMap(({ path, desired, observed }) => {
    const lines = [...block('-', observed), ...block('+', desired)]
    return path === '' ? lines : [`  ${path}`, ...lines]
  })
}

/** What is the same in several clusters is said once. */
function diffsOf({ template, placements }: PlannedTemplate): readonly string[] {
  const changed = placements.filter(({ verdict }) => verdict.differences.length > 0)
  const alike = Map.groupBy(changed, ({ verdict: { act, differences } }) =>
    [`(${act})`, ...diffText(differences)].join('\n'),
  )
  return [...alike].map(
    ([text, group]) => `${nameOf(template)} in ${group.map(({ cluster }) => cluster).join(', ')} ${text}`,
  )
}

/** The plan for a person: a table, why something is not as one may think, and what differs in each cluster. */
export function planText({ templates }: Plan, options: PrintOptions): string {
  if (templates.length === 0) return 'nothing would change in any cluster'
  const sorted = templates.toSorted((a, b) => (nameOf(a.template) < nameOf(b.template) ? -1 : 1))
  const rows = sorted.flatMap(rowsOf)
  const diffs = options.diff ? sorted.flatMap(diffsOf) : []
  return paragraphs(tableOf(planColumns, rows, options), sorted.flatMap(reasonsOf).join('\n'), ...diffs)
}

const reasonText = ({ object, cluster, reason }: Drift): readonly string[] =>
  reason === undefined ? [] : [`${nameOf(object)} in ${cluster}: ${reason}`]

const driftDiff = ({ object, cluster, state, differences }: Drift): readonly string[] =>
  differences.length === 0 ? [] : [[`${nameOf(object)} in ${cluster} (${state})`, ...diffText(differences)].join('\n')]

/** What differs now, for a person: `-` is what the cluster holds, `+` what it should. */
export function driftText({ looked, drifts }: Drifts, options: PrintOptions): string {
  if (drifts.length === 0) return `nothing differs in ${looked} objects`
  const diffs = options.diff ? drifts.flatMap(driftDiff) : []
  return paragraphs(tableOf(driftColumns, drifts, options), drifts.flatMap(reasonText).join('\n'), ...diffs)
}
