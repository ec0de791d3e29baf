import {
  assign,
  type Candidates,
  estimate,
  type Feasibility,
  filter,
  type Refusal,
  score,
  select,
} from '../src/points/schedule.ts'
import type { PerCluster } from '../src/rules.ts'
import { binding } from './build.ts'
import { type Case, exam } from './exam.ts'

export interface CandidatesWords extends Case {
  /** By default about the binding of the Deployment `default/web`, with its own placement or none. */
  readonly given: Partial<Candidates> & Pick<Candidates, 'clusters'>
}

const candidates = ({ given }: CandidatesWords): Candidates => {
  const { binding: about = binding() } = given
  return { binding: about, placement: about.spec.placement ?? {}, ...given }
}

export interface FilterWords extends CandidatesWords {
  /** The reasons, or whole refusals, by cluster; without it all pass. */
  readonly refuses?: PerCluster<string | Refusal>
}

const entries = <In, Out>(map: PerCluster<In>, change: (value: In, name: string) => Out): PerCluster<Out> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value, name)]))

/** Examines a plugin that says which clusters cannot take a binding. */
export const examineFilter = exam({
  point: filter,
  asks: candidates,
  says: (refusals, { refuses = {} }) =>
    entries(refusals, (refusal, name) => (typeof refuses[name] === 'object' ? refusal : refusal.reason)),
  wants: ({ refuses = {} }: FilterWords) => refuses,
})

/** Examines a plugin that says how well clusters suit a binding, each from 0 to 100. Without `scores` it has no opinion. */
export const examineScore = exam({
  point: score,
  asks: candidates,
  says: (scores) => scores,
  wants: ({ scores = {} }: CandidatesWords & { readonly scores?: PerCluster<number> }) => scores,
})

/** Examines a plugin that says how many more replicas clusters could take. Without `estimates` it has no opinion. */
export const examineEstimate = exam({
  point: estimate,
  asks: candidates,
  says: (estimates) => estimates,
  wants: ({ estimates = {} }: CandidatesWords & { readonly estimates?: PerCluster<number> }) => estimates,
})

export interface FeasibilityWords extends Case {
  /** By default about the binding of the Deployment `default/web`, with its own placement or none, not afresh. */
  readonly given: Partial<Feasibility> & Pick<Feasibility, 'clusters'>
}

const feasibility = ({ given }: FeasibilityWords): Feasibility => {
  const { binding: about = binding() } = given
  return { binding: about, placement: about.spec.placement ?? {}, fresh: false, ...given }
}

export interface SelectWords extends FeasibilityWords {
  /** Names of the clusters, in order. Without it, and without `unfit`, the plugin has no opinion. */
  readonly selects?: readonly string[]
  /** Why there are too few. */
  readonly unfit?: string
}

/** Examines a plugin that selects among the clusters that passed. */
export const examineSelect = exam({
  point: select,
  asks: feasibility,
  says: (selection) =>
    selection && 'clusters' in selection
      ? { selects: selection.clusters.map(({ cluster }) => cluster.metadata.name) }
      : { unfit: selection?.unfit },
  wants: ({ selects, unfit }: SelectWords) => (selects ? { selects } : { unfit }),
})

export interface AssignWords extends FeasibilityWords {
  /** Replicas by cluster; null for a cluster without a number. Without it, and without `unschedulable`: no opinion. */
  readonly assigns?: PerCluster<number | null>
  /** Why it does not work out. */
  readonly unschedulable?: string
}

/** Examines a plugin that says how many replicas each cluster gets. */
export const examineAssign = exam({
  point: assign,
  asks: feasibility,
  says: (assignment) =>
    assignment && 'targets' in assignment
      ? { assigns: Object.fromEntries(assignment.targets.map(({ name, replicas }) => [name, replicas ?? null])) }
      : { unschedulable: assignment?.unschedulable },
  wants: ({ assigns, unschedulable }: AssignWords) => (assigns ? { assigns } : { unschedulable }),
})
