import {
  type Answer,
  type Exchange,
  type Handler,
  type Overhear,
  type PerCluster,
  schedule as points,
  remembered,
} from '@flotilla/sdk'
import { type Decision, type ScheduleInput, schedule } from './schedule.ts'

/** A question of a decision, and who answered what. */
export interface Asked {
  readonly point: string
  /** The term it was about, where the placement has several. */
  readonly affinityName?: string
  readonly answers: readonly Answer[]
  /** How many clusters it was about. */
  readonly about: number
  /** Those clusters, the best first, once they are ranked. */
  readonly ranked?: readonly string[]
  /** The overflow tier of each of them; without it all are of the term's own. */
  readonly tiers?: readonly number[]
}

/** A decision, and how it came about. Clusters are names in it: what they were like is not kept alive. */
export interface Witnessed {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Milliseconds. */
  readonly took: number
  /** As it was before. */
  readonly binding: ScheduleInput['binding']
  readonly fresh: boolean
  /** The clusters in question. */
  readonly candidates: ReadonlySet<string>
  readonly asked: readonly Asked[]
  /** Undefined when a plugin failed: `error` is why. */
  readonly decision?: Decision
  readonly error?: unknown
}

type Ranking = Required<Pick<Asked, 'ranked'>> & Pick<Asked, 'tiers'>

const known = remembered<readonly points.Feasible[], Ranking>()

/**
 * The order of clusters. What it is made of is in the answers. Tiers come first in it: when the last cluster is of the first
 * tier, all are. Decisions that rank clusters alike remember it together.
 */
const rankingOf = (clusters: readonly points.Feasible[]): Ranking =>
  known(clusters, '', () => ({
    ranked: clusters.map(({ cluster }) => cluster.metadata.name),
    ...(clusters.at(-1)?.overflow && { tiers: clusters.map(({ overflow }) => overflow) }),
  }))

/** An answer to `schedule.select`, with names for clusters. */
function withNames({ plugin, answer, error }: Answer): Answer {
  const selection = answer as points.Selection | undefined // of a plugin that answers the point
  return selection && 'clusters' in selection
    ? { plugin, answer: selection.clusters.map(({ cluster }) => cluster.metadata.name) }
    : { plugin, answer, ...(error !== undefined && { error }) }
}

function noteOf({ point, arg, answers }: Exchange): Asked {
  if (point === 'schedule.select' || point === 'schedule.assign') {
    const { clusters } = arg as points.Feasibility // what the point is asked about
    const isSelection = point === 'schedule.select'
    return {
      point,
      about: clusters.length,
      answers: isSelection ? answers.map(withNames) : answers,
      ...(isSelection && rankingOf(clusters)),
    }
  }
  const { affinityName, clusters } = arg as points.Candidates // of all other points of this stage
  return { point, about: clusters.length, answers, ...(affinityName !== undefined && { affinityName }) }
}

/** Decides, and remembers how. A failure is an answer, too. */
export async function witness(overhear: Overhear, input: ScheduleInput, now: Date): Promise<Witnessed> {
  const asked: Asked[] = []
  const start = performance.now()
  const outcome = await schedule(
    overhear((exchange) => asked.push(noteOf(exchange))),
    input,
  ).then(
    (decision) => ({ decision }),
    (error: unknown) => ({ error }),
  )
  const { binding, fresh, snapshot } = input
  const took = performance.now() - start
  return { at: now.getTime(), took, binding, fresh, candidates: snapshot.staying, asked, ...outcome }
}

type Refuse = Handler<points.Candidates, PerCluster<points.Refusal> | undefined>

/** The first refusal of each cluster stands, as ever; but every plugin is asked about every cluster. */
async function unsparing(handlers: readonly Refuse[], arg: points.Candidates): Promise<PerCluster<points.Refusal>> {
  const answers = await Promise.all(handlers.map(async (handler) => handler(arg)))
  return Object.fromEntries(answers.toReversed().flatMap((answer = {}) => Object.entries(answer)))
}

/** Questions such that every filter's opinion on every cluster is heard, not only the first. */
export const thorough =
  (overhear: Overhear): Overhear =>
  (hear) => {
    const ask = overhear(hear)
    const rule: unknown = unsparing
    return (point, arg) =>
      ask(point.id === points.filter.id ? { ...point, rule: rule as typeof point.rule } : point, arg) // the filters' own types
  }
