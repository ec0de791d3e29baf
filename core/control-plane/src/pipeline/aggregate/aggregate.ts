import {
  type AggregatedStatusItem,
  type Ask,
  type Binding,
  type BindingStatus,
  clusterOfNamespace,
  deepEqual,
  findCondition,
  interpret,
  type Manifest,
  type ManifestStatus,
  type ObjectReference,
  setCondition,
  type Work,
} from '@flotilla/sdk'
import { apiVersionOf } from '../../manifest/identifier.ts'
import { expectedClusters } from '../../manifest/targets.ts'
import { withDrift } from './drift.ts'

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

/** What a binding and its template should say of all clusters together. */
export async function aggregate(ask: Ask, { binding, works, template, now }: Aggregating): Promise<Aggregated> {
  const there = works.filter(({ metadata }) => !metadata.deletionTimestamp)
  const items = there.map((work) => itemOf(work, binding.spec.resource)).sort(byName)
  const before = binding.status ?? {}
  const conditions = withDrift(setCondition(before.conditions, fullyApplied(binding, items), now), there, now)
  const isSame = conditions === before.conditions && deepEqual(items, before.aggregatedStatus)
  const status = isSame ? before : { ...before, conditions, aggregatedStatus: items }
  const told = template && (await ask(interpret.aggregate, { template, items }))
  return told && !deepEqual(told.status, template.status) ? { status, template: told } : { status }
}
