import {
  annotation,
  type Binding,
  type Change,
  type Cluster,
  clusterExpressionKeys,
  deepEqual,
  findCondition,
  label,
  matchesCluster,
} from '@flotilla/sdk'
import { termsOf } from './term.ts'

export interface Ownership {
  /** Only bindings that name one of these schedulers are scheduled. */
  readonly schedulers: ReadonlySet<string>
}

/** Whether somebody answers for where a binding is: its policy, or who asks for it. */
const isAnsweredFor = ({ metadata: { labels = {} } }: Binding): boolean =>
  Boolean(
    labels[label.propagationPolicyId] ?? labels[label.clusterPropagationPolicyId] ?? labels[label.bindingManagedBy],
  )

/** Who is to schedule a binding. */
export const schedulerOf = ({ schedulerName }: Binding['spec']): string => schedulerName || 'default-scheduler'

/** Whether a binding is one this scheduler may write at all; one merely attached has no placement. */
const isInReach = ({ metadata: { deletionTimestamp }, spec }: Binding, { schedulers }: Ownership): boolean =>
  deletionTimestamp === undefined &&
  spec.placement !== undefined &&
  spec.suspension?.scheduling !== true &&
  schedulers.has(schedulerOf(spec))

/** Whether a binding is this scheduler's to place: one of a policy, or one that asks for it; not one merely attached. */
export const isOurs = (binding: Binding, ownership: Ownership): boolean =>
  isInReach(binding, ownership) && isAnsweredFor(binding)

/** Whether the policy of a binding has gone. It stays where it is, but for clusters that go. */
export const isLeftBehind = (binding: Binding, ownership: Ownership): boolean =>
  isInReach(binding, ownership) && !isAnsweredFor(binding)

/** What annotations say of how a binding is placed. */
const decisive = [annotation.appliedPlacement, annotation.appliedExpressions, ...clusterExpressionKeys]

/** Whether a change of a binding is one to schedule for: its spec, not its status. */
export const isNews = ({ before, after }: Change<Binding>): boolean =>
  before?.metadata.generation !== after?.metadata.generation ||
  before?.metadata.deletionTimestamp !== after?.metadata.deletionTimestamp ||
  decisive.some((key) => before?.metadata.annotations?.[key] !== after?.metadata.annotations?.[key])

const complete = ({ status }: Cluster) => findCondition(status?.conditions, 'CompleteAPIEnablements')?.status

/** Whether a change of a cluster can change where bindings may go. */
export const isOtherCluster = ({ before, after }: Change<Cluster>): boolean =>
  !before ||
  !after ||
  before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
  !deepEqual(before.metadata.labels, after.metadata.labels) ||
  !deepEqual(before.spec, after.spec) ||
  complete(before) !== complete(after) ||
  !deepEqual(before.status?.apiEnablements, after.status?.apiEnablements)

const seen = ({ metadata, spec, status }: Cluster) => [
  metadata.annotations,
  spec,
  status?.kubernetesVersion,
  status?.conditions?.map(({ type, status }) => [type, status]),
  status?.nodeSummary?.totalNum,
]

/**
 * Whether a change of a cluster can change what expressions say of it. Amounts of resources change all the time: they are
 * looked at when a binding is scheduled, and are no reason to.
 */
export const isOtherToExpressions = (change: Change<Cluster>): boolean =>
  isOtherCluster(change) || !deepEqual(change.before && seen(change.before), change.after && seen(change.after))

/** Whether a change of a cluster can change how much it takes. */
export const isOtherRoom = ({ before, after }: Change<Cluster>): boolean =>
  !deepEqual(before?.status?.resourceSummary, after?.status?.resourceSummary)

/** Whether a binding may go to a cluster, as it is or as it was, or is there. */
export function concerns({ before, after }: Change<Cluster>, binding: Binding): boolean {
  const { placement, clusters = [] } = binding.spec
  const name = (after ?? before)?.metadata.name
  if (!placement || clusters.some((target) => target.name === name)) return placement !== undefined
  const states = [before, after].filter((state) => state !== undefined)
  const observed = binding.status?.schedulerObservingAffinityName
  return termsOf(binding, placement)
    .filter((term) => !observed || term.name === undefined || term.name === observed)
    .some(({ tiers }) => tiers.some((affinity) => states.some((cluster) => matchesCluster(affinity, cluster))))
}
