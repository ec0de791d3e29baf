import type { ExplainedCluster, ExplainedTerm, Explanation, Opinion } from '@flotilla/core'
import type { TargetCluster } from '@flotilla/sdk'
import { type Cell, type Column, tableOf } from '../output/columns.ts'
import { paragraphs } from '../output/paragraphs.ts'
import { nameOf } from '../plan/print.ts'
import type { Explained, Outcome } from './explain.ts'
import { servicesText } from './print-service.ts'

/** A cluster of a decision, and what came of it. */
interface Row extends ExplainedCluster {
  readonly outcome?: Outcome
}

const shares = (before: TargetCluster | undefined, after: TargetCluster | undefined): Cell => {
  const text = (target: TargetCluster | undefined) => (target ? (target.replicas ?? 'yes') : 0)
  return before || after ? (text(before) === text(after) ? text(after) : `${text(before)} → ${text(after)}`) : undefined
}

const listed = (opinions: readonly Opinion<number>[]): Cell =>
  opinions.map(({ plugin, says, weight }) => `${plugin} ${says}${weight ? ` (weight ${weight})` : ''}`).join(', ') ||
  undefined

const columns: readonly Column<Row>[] = [
  { head: 'CLUSTER', cell: ({ name }) => name },
  { head: 'VERDICT', cell: ({ verdict }) => verdict },
  { head: 'REPLICAS', cell: ({ before, after }) => shares(before, after) },
  { head: 'SCORE', cell: ({ score }) => score },
  { head: 'SCORES', cell: ({ scores }) => listed(scores), wide: true },
  { head: 'ESTIMATE', cell: ({ estimate }) => estimate, sparse: true },
  { head: 'ESTIMATES', cell: ({ estimates }) => listed(estimates), wide: true, sparse: true },
  { head: 'OVERFLOW', cell: ({ overflow }) => overflow, wide: true, sparse: true },
  { head: 'APPLIED', cell: ({ outcome }) => outcome?.applied },
  { head: 'HEALTH', cell: ({ outcome }) => outcome?.health },
  { head: 'WHY', cell: ({ why }) => why },
]

type Line = readonly [label: string, text: string | undefined]

const lines = (...all: readonly Line[]): string => {
  const told = all.filter(([, text]) => text !== undefined)
  const width = Math.max(...told.map(([label]) => label.length)) + 3
  return told.map(([label, text]) => `${label.padEnd(width)}${text}`).join('\n')
}

const decidedText = ({ at, tookMilliseconds, trigger, times, until }: Explanation): string => {
  const again = until === undefined ? '' : `; ${times} times the same until ${until}`
  return `because ${trigger}, in ${tookMilliseconds} ms at ${at}${again}`
}

const strategyText = ({ strategy, replicas, fresh, terms }: Explanation): string => {
  const { selectedBy, assignedBy } = terms.at(-1) ?? {}
  const said = [
    replicas === undefined ? strategy : `${strategy}, ${replicas} replicas`,
    selectedBy && `selected by ${selectedBy}`,
    assignedBy && `divided by ${assignedBy}`,
    fresh ? 'afresh' : undefined,
  ]
  return said.filter(Boolean).join(', ')
}

function scheduledText({ scheduled }: Explained): string | undefined {
  if (!scheduled) return undefined
  const { status, reason, message } = scheduled
  return `${status} (${reason}): ${message}`
}

/** What could help, in words. */
const helps: Readonly<Record<NonNullable<Explanation['waitsFor']>[number], string>> = {
  arrival: 'a cluster joins',
  labels: 'labels of a cluster change',
  taints: 'taints of a cluster change',
  spec: 'the spec of a cluster changes',
  apis: 'a cluster serves other kinds',
  conditions: 'conditions of a cluster change',
  room: 'a cluster has more room',
  bindings: 'workloads it is to be with, or apart from, move',
  quota: 'a quota of its namespace has more left',
}

const waitText = (decision: Explanation | undefined): string | undefined => {
  if (!decision || !('waitsFor' in decision)) return undefined
  const { waitsFor = [] } = decision
  return waitsFor.length > 0 ? `when ${waitsFor.map((what) => helps[what]).join(', or ')}` : 'when any cluster changes'
}

const headOf = (found: Explained, decision: Explanation | undefined): string =>
  lines(
    ['Object:', nameOf(found.object)],
    ['Policy:', found.policy ?? '<none>'],
    ['Required by:', found.requiredBy.join(', ') || undefined],
    ['Binding:', found.binding ? nameOf(found.binding) : '<none>'],
    ['Scheduled:', scheduledText(found)],
    ['Decided:', decision && decidedText(decision)],
    ['Division:', decision && strategyText(decision)],
    ['Term:', decision?.affinityName],
    ['Tried again:', waitText(decision)],
  )

const termText = ({ name, failure }: ExplainedTerm): readonly string[] =>
  failure === undefined ? [] : [name === undefined ? failure : `term ${name}: ${failure}`]

/** What stands below a table: terms that failed, plugins that did, and what clusters say. */
const notesOn = ({ terms, absent }: Explanation): readonly string[] => [
  ...terms.flatMap(termText),
  ...(absent.length > 0 ? [`clusters that do not exist: ${absent.join(', ')}`] : []),
  ...terms.flatMap(({ errors }) => errors.map(({ plugin, point, error }) => `${plugin} failed at ${point}: ${error}`)),
]

const messagesOf = ({ outcomes }: Explained): readonly string[] =>
  outcomes.flatMap(({ cluster, message }) => (message === undefined ? [] : [`not applied in ${cluster}: ${message}`]))

function tableFor({ terms }: Explanation, { outcomes }: Explained, output: string | undefined): string {
  const byCluster = new Map(outcomes.map((outcome) => [outcome.cluster, outcome]))
  const rows = (terms.at(-1)?.clusters ?? []).map((cluster): Row => {
    const outcome = byCluster.get(cluster.name)
    return outcome ? { ...cluster, outcome } : cluster
  })
  return rows.length > 0 ? tableOf(columns, rows, output === undefined ? {} : { output }) : 'there are no clusters'
}

const targetsIn = ({ terms }: Explanation): string =>
  JSON.stringify(
    (terms.at(-1)?.clusters ?? [])
      .flatMap(({ name, after }) => (after ? [[name, after.replicas]] : []))
      .sort(([a], [b]) => String(a).localeCompare(String(b))),
  )

/** What filters say now that did not count then: the first refusal hides the others. */
const furtherRefusals = (now: Explanation): readonly string[] =>
  (now.terms.at(-1)?.clusters ?? []).flatMap(({ name, refusals }) =>
    refusals.slice(1).map(({ plugin, says }) => `${name} is also refused by ${plugin}: ${says.reason}`),
  )

/** What would be decided now, if that is something else. */
function nowText(found: Explained, decision: Explanation, output: string | undefined): string | undefined {
  const { now } = found
  if (!now || now === decision) return undefined
  if (targetsIn(now) === targetsIn(decision)) return undefined
  return ['Decided once more, it would go:', tableFor(now, found, output), ...notesOn(now)].join('\n')
}

const pastText = ({ decisions = [] }: Explained): string | undefined =>
  decisions.length > 1
    ? ['Before:', ...decisions.slice(1).map((past) => `  ${decidedText(past)}: ${past.message}`)].join('\n')
    : undefined

const sourceText = ({ source, decisions = [], binding }: Explained): string | undefined => {
  if (!binding || !source || decisions.length > 0) return undefined
  return source === 'this process'
    ? 'The control plane cannot be asked how it decided: this is what would be decided now.'
    : 'The control plane does not remember how it decided (it may have been restarted): this is what would be decided now.'
}

/** The walk of an object for a person. */
export function explanationText(found: Explained, { output }: { readonly output?: string }): string {
  const [last] = found.decisions ?? []
  const decision = last ?? found.now
  const notes = [...(decision ? notesOn(decision) : []), ...messagesOf(found), ...found.reasons]
  const further = found.now ? furtherRefusals(found.now) : []
  return paragraphs(
    headOf(found, decision),
    sourceText(found),
    decision && tableFor(decision, found, output),
    [...notes, ...further].join('\n'),
    last && nowText(found, last, output),
    servicesText(found.services ?? [], output),
    output === 'wide' ? pastText(found) : undefined,
  )
}
