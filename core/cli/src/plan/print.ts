import type { Difference } from '@flotilla/core'
import { keyText, type Reference } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { table } from '../output/table.ts'
import type { Drift, Drifts } from './drift.ts'
import type { Plan, PlannedPlacement, PlannedTemplate } from './plan.ts'

export const nameOf = (at: Reference): string => `${at.kind} ${keyText(at)}`

const replicas = ({ from, to, verdict }: PlannedPlacement): string | undefined => {
  if (from === undefined && to === undefined) return undefined
  const isGone = verdict.act === 'delete' || verdict.act === 'release'
  const [now, later] = [from ?? 0, to ?? (isGone ? 0 : (from ?? 0))]
  return now === later ? String(now) : `${now} → ${later}`
}

type Cells = readonly (string | undefined)[]

function rowsOf({ template, policy, placements, requiredBy }: PlannedTemplate): readonly Cells[] {
  const by = policy ?? (requiredBy.length > 0 ? `(of ${requiredBy.join(', ')})` : undefined)
  if (placements.length === 0) return [[nameOf(template), undefined, undefined, by, undefined, 'none']]
  return placements.map((placement) => [
    nameOf(template),
    placement.cluster,
    replicas(placement),
    by,
    placement.overrides.join(',') || undefined,
    placement.verdict.act,
  ])
}

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
export function planText({ templates }: Plan, { diff }: { readonly diff: boolean }): string {
  if (templates.length === 0) return 'nothing would change in any cluster'
  const sorted = templates.toSorted((a, b) => (nameOf(a.template) < nameOf(b.template) ? -1 : 1))
  const headers = ['OBJECT', 'CLUSTER', 'REPLICAS', 'POLICY', 'OVERRIDES', 'ACTION']
  const reasons = sorted.flatMap(reasonsOf)
  return [
    table(headers, sorted.flatMap(rowsOf)),
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
    ...(diff ? sorted.flatMap(diffsOf) : []),
  ].join('\n\n')
}

const reasonText = ({ object, cluster, reason }: Drift): readonly string[] =>
  reason === undefined ? [] : [`${nameOf(object)} in ${cluster}: ${reason}`]

const driftDiff = ({ object, cluster, state, differences }: Drift): readonly string[] =>
  differences.length === 0 ? [] : [[`${nameOf(object)} in ${cluster} (${state})`, ...diffText(differences)].join('\n')]

/** What differs now, for a person: `-` is what the cluster holds, `+` what it should. */
export function driftText({ looked, drifts }: Drifts, { diff }: { readonly diff: boolean }): string {
  if (drifts.length === 0) return `nothing differs in ${looked} objects`
  const headers = ['OBJECT', 'CLUSTER', 'STATE', 'FIELDS', 'SUSPENDED']
  const rows = drifts.map(({ object, cluster, state, differences, suspended }) => [
    nameOf(object),
    cluster,
    state,
    state === 'differs' ? differences.length : undefined,
    suspended ? 'yes' : 'no',
  ])
  const reasons = drifts.flatMap(reasonText)
  return [
    table(headers, rows),
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
    ...(diff ? drifts.flatMap(driftDiff) : []),
  ].join('\n\n')
}
