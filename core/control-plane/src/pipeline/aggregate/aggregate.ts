import {
  type AggregatedStatusItem,
  type Ask,
  type Binding,
  type BindingStatus,
  type Condition,
  clusterOfNamespace,
  deepEqual,
  findCondition,
  interpret,
  type Manifest,
  type ManifestStatus,
  type ObjectReference,
  aggregate as points,
  setCondition,
  timestamp,
  type Work,
} from '@flotilla/sdk'
import { apiVersionOf } from '../../manifest/identifier.ts'
import { expectedClusters, targetsOf } from '../../manifest/targets.ts'
import { withFailure, withTroubles } from './troubles.ts'

/** A binding, and all that its Works say. */
export interface Aggregating {
  readonly binding: Binding
  readonly works: readonly Work[]
  /** As it is now; without it only the binding is spoken of. */
  readonly template?: Manifest
  readonly now: Date
}

export interface Aggregated {
  /** The same status when nothing has to change. */
  readonly status: BindingStatus
  /** With a new status; undefined when it has nothing new to say. */
  readonly template?: Manifest
  /** Milliseconds until it has to be summed up again though nothing changed. */
  readonly again?: number
  /** Why the template cannot be told; the binding can. */
  readonly failure?: unknown
}

const isOf = ({ identifier }: ManifestStatus, resource: ObjectReference): boolean =>
  identifier.kind === resource.kind &&
  identifier.name === resource.name &&
  (identifier.namespace ?? '') === (resource.namespace ?? '') &&
  apiVersionOf(identifier) === resource.apiVersion

/** What one cluster says. Until its Work is applied, all that can be said is why not. */
function itemOf({ metadata, status }: Work, resource: ObjectReference): AggregatedStatusItem {
  const clusterName = clusterOfNamespace(metadata.namespace) ?? ''
  const applied = findCondition(status?.conditions, 'Applied')
  if (applied?.status !== 'True') {
    const message = applied?.message
    return { clusterName, applied: false, ...(message && { appliedMessage: message }), health: 'Unknown' }
  }
  const collected = status?.manifestStatuses?.find((each) => isOf(each, resource))
  return {
    clusterName,
    ...(collected?.status !== undefined && { status: collected.status }),
    applied: true,
    health: collected?.health ?? 'Unknown',
  }
}

const byName = (a: AggregatedStatusItem, b: AggregatedStatusItem): number => (a.clusterName < b.clusterName ? -1 : 1)

function fullyApplied(binding: Binding, items: readonly AggregatedStatusItem[]) {
  const expected = expectedClusters(binding)
  const applied = items.filter(({ clusterName, applied }) => applied && expected.has(clusterName))
  const isFull = expected.size > 0 && items.length === expected.size && applied.length === expected.size
  return isFull
    ? ({
        type: 'FullyApplied',
        status: 'True',
        reason: 'FullyAppliedSuccess',
        message: 'All works have been successfully applied',
      } as const)
    : ({
        type: 'FullyApplied',
        status: 'False',
        reason: 'FullyAppliedFailed',
        message: 'Failed to apply all works, see status.aggregatedStatus for details',
      } as const)
}

/** A condition as it is written: its time moves when its status does. */
function dated(said: points.Verdict, before: readonly Condition[], now: Date): Partial<Condition> {
  const was = findCondition(before, said.type)
  const isSame = was?.status === said.status && was.lastTransitionTime
  return { ...said, lastTransitionTime: isSame ? was.lastTransitionTime : timestamp(now) }
}

interface Conditioned {
  readonly conditions?: readonly Condition[]
}

const statusOf = ({ status }: Manifest): Conditioned => (status as Conditioned | undefined) ?? {}

/** The status of a template with its sums, and with what a single cluster would say beside them. */
function completed(template: Manifest, before: Manifest, completion: points.Completion, now: Date): object {
  const { conditions = [], fields } = completion
  const { conditions: others = [], ...status } = statusOf(template)
  const kept = others.filter(({ type }) => !findVerdict(conditions, type))
  const all = [...kept, ...conditions.map((each) => dated(each, statusOf(before).conditions ?? [], now))]
  return { ...status, ...fields, ...(all.length > 0 && { conditions: all }) }
}

const findVerdict = (verdicts: readonly points.Verdict[], type: string) => verdicts.find((each) => each.type === type)

type Told = Pick<Aggregated, 'template' | 'again' | 'failure'>

/** What a template should say of all clusters together. */
async function tell(
  ask: Ask,
  template: Manifest,
  items: readonly AggregatedStatusItem[],
  { binding, now }: Aggregating,
): Promise<Told> {
  const summed = (await ask(interpret.aggregate, { template, items })) ?? template
  const summary = { template: summed, before: template, items, targets: targetsOf(binding), now: now.getTime() }
  const completion = await ask(points.complete, summary)
  const status = completion ? completed(summed, template, completion, now) : summed.status
  const again = completion?.again === undefined ? {} : { again: completion.again }
  return deepEqual(status ?? {}, template.status ?? {}) ? again : { template: { ...template, status }, ...again }
}

/** What a template should say, or why nobody knows. */
async function tried(ask: Ask, items: readonly AggregatedStatusItem[], aggregating: Aggregating): Promise<Told> {
  const { template } = aggregating
  try {
    return template ? await tell(ask, template, items, aggregating) : {}
  } catch (failure) {
    return { failure }
  }
}

/** What a binding and its template should say of all clusters together. */
export async function aggregate(ask: Ask, aggregating: Aggregating): Promise<Aggregated> {
  const { binding, works, now } = aggregating
  const there = works.filter(({ metadata }) => !metadata.deletionTimestamp)
  const items = there.map((work) => itemOf(work, binding.spec.resource)).sort(byName)
  const before = binding.status ?? {}
  const told = await tried(ask, items, aggregating)
  const applied = setCondition(before.conditions, fullyApplied(binding, items), now)
  const conditions = withFailure(withTroubles(applied, there, now), told.failure, now)
  const isSame = conditions === before.conditions && deepEqual(items, before.aggregatedStatus)
  const status = isSame ? before : { ...before, conditions, aggregatedStatus: items }
  return { status, ...told }
}
