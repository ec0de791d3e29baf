import { type AggregatedStatusItem, annotation, type Json, type Manifest } from '@flotilla/sdk'
import { map, number } from './read.ts'
import { said, withoutEmpty, withStatus } from './status.ts'

/** Counters by name, with the generations that tell what they are about. */
type Counts = Readonly<Record<string, number | undefined>>

/** A kind whose status counts its pods. */
export interface Counted extends Manifest {
  readonly status?: Counts
}

/** The counters of a kind's status. */
export interface Counters {
  /** Those Kubernetes writes even when they are 0. */
  readonly always: readonly string[]
  /** Those it leaves out then. */
  readonly others: readonly string[]
}

const counts = map(number)

/** The template's generation that a member's object was made from; 0 when its annotation is missing or no number. */
function templateGeneration({ metadata: { annotations } }: Manifest): number {
  const generation = Number(annotations?.[annotation.templateGeneration] ?? 0)
  return Number.isSafeInteger(generation) ? generation : 0
}

const pick = (names: readonly string[], counts: Counts): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name) => [name, counts[name] ?? 0]))

/** The counters of a member's object, and what generations they are about. Undefined when it has no status yet. */
export function reflectCounters({ always, others }: Counters, object: Counted): Json | undefined {
  const { metadata } = object
  const status: Counts | undefined = counts(object.status)
  if (!status) return undefined
  const optional = withoutEmpty({
    generation: metadata.generation,
    resourceTemplateGeneration: templateGeneration(object),
    observedGeneration: status.observedGeneration,
    ...pick(others, status),
  })
  const reflection = { ...optional, ...pick(always, status) }
  return Object.keys(reflection).length > 0 ? reflection : undefined
}

/** Whether a member has seen what it was last told, and what it was told is what the template says. */
const isUpToDate = (
  { generation = 0, observedGeneration = 0, resourceTemplateGeneration = 0 }: Counts,
  wanted: number,
) => observedGeneration >= generation && resourceTemplateGeneration >= wanted

/**
 * The template with the sums of its members' counters; the rest of its status stays. Its `observedGeneration` advances
 * once every member is up to date, which is what GitOps tools wait for.
 */
export function aggregateCounters<T extends Counted>(
  { always, others }: Counters,
  template: T,
  items: readonly AggregatedStatusItem[],
): T {
  const { generation = 0 } = template.metadata
  const members = said(items, counts).map(({ status }): Counts => status)
  const upToDate = members.filter((status) => isUpToDate(status, generation)).length === items.length
  const total = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, members.reduce((sum, status) => sum + (status[name] ?? 0), 0)]))

  const counted = new Set([...always, ...others, 'observedGeneration'])
  const rest = Object.entries(template.status ?? {}).filter(([name]) => !counted.has(name))
  return withStatus(template, {
    ...Object.fromEntries(rest),
    ...withoutEmpty({
      observedGeneration: upToDate ? generation : template.status?.observedGeneration,
      ...total(others),
    }),
    ...total(always),
  })
}
