import {
  type Answer,
  annotation,
  type Binding,
  isTrue,
  isWorkload,
  type PerCluster,
  type Placement,
  type schedule as points,
  type Resolver,
  reasonOf,
  strategyOf,
  type TargetCluster,
} from '@flotilla/sdk'
import type { Remembered } from './decisions.ts'
import { mishapOf, successOf } from './result.ts'
import { hopeOf } from './schedule.ts'
import type { Asked, Witnessed } from './witness.ts'

/** What one plugin said of one cluster. */
export interface Opinion<T> {
  readonly plugin: string
  readonly says: T
  /** How often its score counts, in which `says` is counted already; by default once. */
  readonly weight?: number
}

/** What became of a cluster, in a word. */
export type Verdict = 'chosen' | 'refused' | 'not selected' | 'no replicas' | 'feasible' | 'gone'

export interface ExplainedCluster {
  readonly name: string
  readonly verdict: Verdict
  /** Why, in a sentence. */
  readonly why: string
  readonly refusals: readonly Opinion<points.Refusal>[]
  readonly scores: readonly Opinion<number>[]
  readonly score?: number
  readonly estimates: readonly Opinion<number>[]
  /** The most careful estimate. */
  readonly estimate?: number
  /** From 1, the best. */
  readonly rank?: number
  /** The overflow affinity it belongs to; 0 is the term's own. */
  readonly overflow?: number
  /** What it got replicas in proportion to. */
  readonly weight?: number
  /** Replicas before and after; undefined where it is not, or where there is nothing to count. */
  readonly before?: TargetCluster
  readonly after?: TargetCluster
}

/** An attempt: of several terms each is one. */
export interface ExplainedTerm {
  readonly name?: string
  /** Why it led nowhere. */
  readonly failure?: string
  readonly selectedBy?: string
  readonly assignedBy?: string
  /** Plugins that failed to answer. */
  readonly errors: readonly { readonly plugin: string; readonly point: string; readonly error: string }[]
  readonly clusters: readonly ExplainedCluster[]
}

/** How a decision came about. */
export interface Explanation {
  readonly at: string
  readonly tookMilliseconds: number
  /** How often in a row the same was found. */
  readonly times: number
  /** When it was found last, if that was more than once. */
  readonly until?: string
  /** What it was made for. */
  readonly trigger: string
  readonly generation?: number
  readonly replicas?: number
  readonly strategy: string
  /** What was assigned before did not bind. */
  readonly fresh: boolean
  readonly reason: string
  readonly message: string
  /** The term that holds. */
  readonly affinityName?: string
  /** Clusters the placement names that do not exist. */
  readonly absent: readonly string[]
  /** Where no cluster was found: what could help, beside an edit; undefined: any change of a cluster. */
  readonly waitsFor?: readonly (Resolver | 'arrival')[] | undefined
  /** In the order in which they were tried. */
  readonly terms: readonly ExplainedTerm[]
}

const total = (targets: readonly TargetCluster[]): number =>
  targets.reduce((sum, { replicas = 0 }) => sum + replicas, 0)

/** What a decision was made for. */
export function triggerOf({ binding, fresh, candidates }: Witnessed): string {
  const { metadata, spec, status } = binding
  const { clusters = [], placement, replicas = 0 } = spec
  const applied = metadata.annotations?.[annotation.appliedPlacement]
  const gone = clusters.filter(({ name }) => !candidates.has(name)).map(({ name }) => name)
  if (applied === undefined) return 'it was new'
  if (fresh) return 'a reschedule was asked for'
  if (applied !== JSON.stringify(placement)) return 'its placement had changed'
  if (gone.length > 0) return `${gone.join(', ')} was going away`
  if (strategyOf(placement) !== 'Duplicated' && isWorkload(spec) && total(clusters) !== replicas)
    return `${total(clusters)} replicas were assigned, and ${replicas} wanted`
  return isTrue(status?.conditions, 'Scheduled') ? 'clusters may have changed' : 'it had not been scheduled'
}

const opinionsOn = <T>(answers: readonly Answer[], name: string): readonly Opinion<T>[] =>
  answers.flatMap(({ plugin, answer, weight }) => {
    const says = answer && Object.hasOwn(answer, name) ? (answer as PerCluster<T>)[name] : undefined // as the point says
    return says === undefined ? [] : [{ plugin, says, ...(weight !== undefined && { weight }) }]
  })

/** The questions of one attempt. */
class Attempt {
  readonly #asked: readonly Asked[]
  readonly name: string | undefined
  /** Those that were ranked, with their rank from 1. */
  readonly ranked: ReadonlyMap<string, { readonly rank: number; readonly overflow: number }>
  readonly selected: ReadonlySet<string> | undefined
  readonly weights: ReadonlyMap<string, number>

  constructor(asked: readonly Asked[]) {
    this.#asked = asked
    this.name = asked.find(({ affinityName }) => affinityName !== undefined)?.affinityName
    const ranking = asked.flatMap(({ ranked = [], tiers }) =>
      ranked.map((name, index) => [name, { rank: index + 1, overflow: tiers?.[index] ?? 0 }] as const),
    )
    this.ranked = new Map(ranking)
    const selected = this.#said('schedule.select')?.answer
    this.selected = Array.isArray(selected) ? new Set(selected) : undefined
    const assignment = this.#said('schedule.assign')?.answer as points.Assignment | undefined // of a plugin that answers it
    const weights = assignment && 'weights' in assignment ? assignment.weights : undefined
    this.weights = new Map(weights?.map(({ name, weight }) => [name, weight]))
  }

  answers(point: string): readonly Answer[] {
    return this.#asked.filter((each) => each.point === point).flatMap(({ answers }) => answers)
  }

  /** Who decided. */
  readonly by = (point: string): string | undefined => this.#said(point)?.plugin

  get errors(): ExplainedTerm['errors'] {
    return this.#asked.flatMap(({ point, answers }) =>
      answers.flatMap(({ plugin, error }) => (error === undefined ? [] : [{ plugin, point, error: reasonOf(error) }])),
    )
  }

  #said(point: string): Answer | undefined {
    return this.answers(point).find(({ answer }) => answer !== undefined)
  }
}

/** Each begins with the filters. */
function attemptsOf(asked: readonly Asked[]): readonly Attempt[] {
  const starts = asked.flatMap(({ point }, index) => (point === 'schedule.filter' ? [index] : []))
  return starts.map((start, index) => new Attempt(asked.slice(start, starts[index + 1])))
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

type Known = Omit<ExplainedCluster, 'verdict' | 'why'>
type Said = Pick<ExplainedCluster, 'verdict' | 'why'>

function whyNotGiven({ weight, estimate }: Known): string {
  if (weight === 0) return 'its weight is 0'
  if (estimate === 0) return 'it has no room'
  return 'none was left for it'
}

const shareText = ({ weight, estimate }: Known): string => {
  if (weight !== undefined) return `, weight ${weight}`
  return estimate === undefined ? '' : `, room for ${estimate}`
}

/** A cluster that passed the filters. */
function rankedVerdict({ ranked, selected, by }: Attempt, known: Known, isDecided: boolean): Said {
  const { name, rank, after } = known
  const place = `ranked ${rank} of ${ranked.size}`
  if (selected && !selected.has(name)) {
    const why = `${place}; ${by('schedule.select')} selects ${counted(selected.size, 'cluster')}`
    return { verdict: 'not selected', why }
  }
  if (after) return { verdict: 'chosen', why: `${place}${shareText(known)}` }
  return isDecided
    ? { verdict: 'no replicas', why: `${place}; ${whyNotGiven(known)}` }
    : { verdict: 'feasible', why: place }
}

function verdictOf(attempt: Attempt, { candidates, decision }: Witnessed, known: Known, isLast: boolean): Said {
  const [refusal] = known.refusals
  if (!candidates.has(known.name)) return { verdict: 'gone', why: 'it does not exist, or is going away' }
  if (refusal) return { verdict: 'refused', why: `${refusal.says.reason} (${refusal.plugin})` }
  if (known.rank === undefined) return { verdict: 'feasible', why: 'the decision got no further' }
  return rankedVerdict(attempt, known, isLast && decision?.targets !== undefined)
}

/** What was where before and is after, by cluster. */
interface Shares {
  readonly before: ReadonlyMap<string, TargetCluster>
  readonly after: ReadonlyMap<string, TargetCluster>
}

const byName = (targets: readonly TargetCluster[] = []): ReadonlyMap<string, TargetCluster> =>
  new Map(targets.map((target) => [target.name, target]))

/** What the rules of the points make of several answers: the sum of scores, the least of estimates. */
function numbersOf(scores: readonly Opinion<number>[], estimates: readonly Opinion<number>[], isRanked: boolean) {
  const score = scores.reduce((sum, { says }) => sum + says, 0)
  const estimate = Math.min(...estimates.map(({ says }) => says))
  return { ...(isRanked && { score }), ...(estimates.length > 0 && { estimate }) }
}

function knownOf(attempt: Attempt, shares: Shares, name: string): Known {
  const place = attempt.ranked.get(name)
  const [before, after, weight] = [shares.before.get(name), shares.after.get(name), attempt.weights.get(name)]
  const scores = opinionsOn<number>(attempt.answers('schedule.score'), name)
  const estimates = opinionsOn<number>(attempt.answers('schedule.estimate'), name)
  return {
    name,
    refusals: opinionsOn<points.Refusal>(attempt.answers('schedule.filter'), name),
    scores,
    estimates,
    ...numbersOf(scores, estimates, place !== undefined),
    ...place,
    ...(weight !== undefined && { weight }),
    ...(before && { before }),
    ...(after && { after }),
  }
}

const order: readonly Verdict[] = ['chosen', 'no replicas', 'not selected', 'feasible', 'refused', 'gone']

const inOrder = (a: ExplainedCluster, b: ExplainedCluster): number =>
  order.indexOf(a.verdict) - order.indexOf(b.verdict) || (a.rank ?? 0) - (b.rank ?? 0) || (a.name < b.name ? -1 : 1)

function explainTerm(made: Witnessed, attempt: Attempt, failure: string | undefined): ExplainedTerm {
  const isLast = failure === undefined
  const shares = { before: byName(made.binding.spec.clusters), after: byName(isLast ? made.decision?.targets : []) }
  const clusters = [...new Set([...made.candidates, ...shares.before.keys()])].map((name) => {
    const known = knownOf(attempt, shares, name)
    return { ...known, ...verdictOf(attempt, made, known, isLast) }
  })
  const [selectedBy, assignedBy] = [attempt.by('schedule.select'), attempt.by('schedule.assign')]
  return {
    ...(attempt.name !== undefined && { name: attempt.name }),
    ...(failure !== undefined && { failure }),
    ...(selectedBy && { selectedBy }),
    ...(assignedBy && { assignedBy }),
    errors: attempt.errors,
    clusters: clusters.sort(inOrder),
  }
}

function outcomeOf({ decision, error }: Witnessed): { readonly reason: string; readonly message: string } {
  const [failure] = decision?.failures ?? []
  if (!decision) return { reason: 'SchedulerError', message: reasonOf(error) }
  const { reason = '', message = '' } = decision.targets || !failure ? successOf(decision) : mishapOf(failure)
  return { reason, message }
}

/** What could help a decision that led nowhere; with a new cluster a quota is no larger. */
function waitsFor({ decision }: Witnessed): Explanation['waitsFor'] {
  const { resolvedBy } = hopeOf(decision?.failures ?? [])
  const isOnlyQuota = resolvedBy?.length === 1 && resolvedBy[0] === 'quota'
  return resolvedBy && !isOnlyQuota ? ['arrival', ...resolvedBy] : resolvedBy
}

const strategyText = ({ spec }: Binding, placement: Placement): string =>
  isWorkload(spec) ? strategyOf(placement) : 'NonWorkload'

/** Tells how a decision came about. It is only done when someone asks. */
export function explain(made: Witnessed & Partial<Pick<Remembered, 'times' | 'until'>>): Explanation {
  const { binding, decision, asked, at, took, fresh, times = 1, until } = made
  const { generation } = binding.metadata
  const { replicas } = binding.spec
  const { affinityName, failures = [], absent = [] } = decision ?? {}
  return {
    at: new Date(at).toISOString(),
    tookMilliseconds: Math.round(took * 1000) / 1000,
    times,
    ...(until !== undefined && { until: new Date(until).toISOString() }),
    trigger: triggerOf(made),
    ...(generation !== undefined && { generation }),
    ...(replicas !== undefined && { replicas }),
    strategy: strategyText(binding, binding.spec.placement),
    fresh,
    ...outcomeOf(made),
    ...(affinityName !== undefined && { affinityName }),
    absent,
    ...(decision && !decision.targets && { waitsFor: waitsFor(made) }),
    terms: attemptsOf(asked).map((attempt, index) => explainTerm(made, attempt, failures[index]?.message)),
  }
}
