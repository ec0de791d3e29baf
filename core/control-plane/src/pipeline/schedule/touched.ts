import {
  annotation,
  type Binding,
  type Change,
  type Cluster,
  clusterExpressionKeys,
  clusterExpressionsText,
  isTrue,
  label,
  matchesCluster,
  type Placement,
} from '@flotilla/sdk'
import { isOpen } from './due.ts'
import type { Snapshot } from './snapshot.ts'
import { type Term, termsLeft, termsOf } from './term.ts'
import { type Aspect, allButRoom, differs } from './topics.ts'

export interface Ownership {
  /** Only bindings that name one of these schedulers are scheduled. */
  readonly schedulers: ReadonlySet<string>
}

/** Whether somebody answers for where a binding is: its policy, or who asks for it. */
const isAnsweredFor = (binding: Binding | undefined): boolean => {
  const { labels = {} } = binding?.metadata ?? {}
  return Boolean(
    labels[label.propagationPolicyId] ?? labels[label.clusterPropagationPolicyId] ?? labels[label.bindingManagedBy],
  )
}

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
  isAnsweredFor(before) !== isAnsweredFor(after) ||
  decisive.some((key) => before?.metadata.annotations?.[key] !== after?.metadata.annotations?.[key])

const isAnother = (change: Change<Cluster>, aspects: readonly Aspect[]): boolean => {
  const { before, after } = change
  if (!before || !after || before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp) return true
  return aspects.some((aspect) => differs(aspect, before, after))
}

/** Whether a change of a cluster can change where bindings may go. */
export const isOtherCluster = (change: Change<Cluster>): boolean =>
  isAnother(change, ['labels', 'taints', 'spec', 'apis'])

/**
 * Whether a change of a cluster can change what expressions say of it. Amounts of resources change all the time: they are
 * looked at when a binding is scheduled, and are no reason to.
 */
export const isOtherToExpressions = (change: Change<Cluster>): boolean => isAnother(change, allButRoom)

/** The terms by which a binding may move: the one in use, and while that does not work out those that come after it. */
function termsInPlay(binding: Binding, placement: Placement): readonly Term[] {
  const { conditions, schedulerObservingAffinityName: observed } = binding.status ?? {}
  const left = termsLeft(termsOf(binding, placement), observed, false)
  const [first] = left
  return isTrue(conditions, 'Scheduled') && observed && first?.name === observed ? [first] : left
}

/** Whether a binding may go to a cluster, as it is or as it was, or is there. */
export function concerns({ before, after }: Change<Cluster>, binding: Binding): boolean {
  const { placement, clusters = [] } = binding.spec
  const name = (after ?? before)?.metadata.name
  if (!placement || clusters.some((target) => target.name === name)) return placement !== undefined
  const states = [before, after].filter((state) => state !== undefined)
  return termsInPlay(binding, placement).some(({ tiers }) =>
    tiers.some((affinity) => states.some((cluster) => matchesCluster(affinity, cluster))),
  )
}

/** Whether a binding has to be looked at that does not wait for anything, after a change of a cluster; not all changes are of all bindings. */
export const follows = (isOfAll: boolean, binding: Binding, snapshot: Snapshot): boolean =>
  (isOfAll || clusterExpressionsText(binding) !== undefined) &&
  binding.spec.placement !== undefined &&
  isOpen(binding, binding.spec.placement, snapshot)

/** Whether a binding is in a cluster that goes. */
export const isStuckIn = ({ before, after }: Change<Cluster>, { spec: { clusters = [] } }: Binding): boolean =>
  (!after || after.metadata.deletionTimestamp !== undefined) &&
  clusters.some(({ name }) => name === (after ?? before)?.metadata.name)
