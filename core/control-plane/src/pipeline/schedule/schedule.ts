import {
  type Ask,
  type Binding,
  type Hope,
  type Placement,
  schedule as points,
  type Resolver,
  resolvers,
  type TargetCluster,
  unmentioned,
} from '@flotilla/sdk'
import { rank } from './rank.ts'
import type { Snapshot } from './snapshot.ts'
import { absentFrom, type Term, termsLeft, termsOf } from './term.ts'

export interface ScheduleInput {
  readonly binding: Binding & { readonly spec: { readonly placement: Placement } }
  readonly snapshot: Snapshot
  /** What is assigned now does not bind. */
  readonly fresh: boolean
  /** Others of its workload affinity groups, as they were just placed. */
  readonly assigning?: readonly Binding[]
  /** Whether selected clusters that get no replicas get the workload. By default they do not. */
  readonly empty?: boolean
  /** What was given to clusters and is not counted there yet, where that is kept in mind. */
  readonly assumed?: points.Candidates['assumed']
}

/** Why a term led nowhere, in the words of the `Scheduled` condition. */
export interface Failure {
  readonly reason: 'NoClusterFit' | 'Unschedulable' | 'SchedulerError'
  readonly message: string
  /** Whether it may change by itself. */
  readonly resolvable: boolean
  /** What a change of could help, beside a new cluster. Undefined: any change of a cluster. */
  readonly resolvedBy?: readonly Resolver[]
}

export interface Decision {
  /** Where to, sorted by name; undefined when every term failed. */
  readonly targets?: readonly TargetCluster[]
  /** The `clusterAffinities` term that holds. */
  readonly affinityName?: string
  /** The terms that failed before, in order. */
  readonly failures: readonly Failure[]
  /** Clusters the placement names that do not exist. */
  readonly absent: readonly string[]
}

type Attempt = { readonly targets: readonly TargetCluster[] } | { readonly failure: Failure }

/** Names clusters that do not exist, in a sentence to be appended; empty when all do. */
export const absenceText = (absent: readonly string[]): string =>
  absent.length > 0 ? ` Clusters that do not exist: ${absent.join(', ')}.` : ''

/** What could help any of them. */
export function hopeOf(hopes: readonly Hope[]): Hope {
  if (hopes.some(({ resolvedBy }) => !Array.isArray(resolvedBy))) return {}
  const named = new Set(hopes.flatMap(({ resolvedBy = [] }) => resolvedBy))
  return { resolvedBy: resolvers.filter((resolver) => named.has(resolver)) }
}

/** The refusals of all clusters, counted by reason. */
function refusedBy(refusals: points.PerCluster<points.Refusal>, total: number, absent: readonly string[]): Failure {
  const all = Object.values(refusals)
  const counts = Map.groupBy(all, ({ reason }) => reason)
  const reasons = [...counts].map(([reason, { length }]) => `${length} ${reason}`).sort()
  const why = reasons.length > 0 ? reasons.join(', ') : 'no cluster exists'
  return {
    reason: 'NoClusterFit',
    message: `0/${total} clusters are available: ${why}.${absenceText(absent)}`,
    resolvable: all.some(({ resolvable }) => resolvable),
    ...hopeOf(all),
  }
}

const byName = (a: TargetCluster, b: TargetCluster): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** Selected clusters that got nothing are there with nothing. */
function withEmpty(targets: readonly TargetCluster[], selected: readonly points.Feasible[]): readonly TargetCluster[] {
  const names = new Set(targets.map(({ name }) => name))
  const rest = selected.map(({ cluster }) => cluster.metadata.name).filter((name) => !names.has(name))
  return [...targets, ...rest.map((name) => ({ name, replicas: 0 }))]
}

async function attempt(
  ask: Ask,
  { binding, snapshot, fresh, assigning, assumed, empty }: ScheduleInput,
  term: Term,
): Promise<Attempt> {
  const { placement } = binding.spec
  const { clusters } = snapshot
  const kept = { ...(assigning?.length && { assigning }), ...(assumed && { assumed }) }
  const asked = { binding, placement, affinityName: term.name, ...kept }
  const refusals = await ask(points.filter, { ...asked, clusters })
  const passed = unmentioned(clusters, refusals)
  if (passed.length === 0) return { failure: refusedBy(refusals, clusters.length, absentFrom(snapshot.names, [term])) }

  const feasibility = { binding, placement, fresh, clusters: await rank(ask, term, { ...asked, clusters: passed }) }
  const selection = (await ask(points.select, feasibility)) ?? feasibility
  const hope = (answer: Hope) => hopeOf([answer, ...Object.values(refusals)])
  if ('unfit' in selection) {
    const { unfit: message } = selection
    return { failure: { reason: 'SchedulerError', message, resolvable: true, ...hope(selection) } }
  }

  const selected = { ...feasibility, clusters: selection.clusters }
  const assignment = (await ask(points.assign, selected)) ?? {
    targets: selected.clusters.map(({ cluster }) => ({ name: cluster.metadata.name })),
  }
  if ('unschedulable' in assignment) {
    const { unschedulable: message } = assignment
    return { failure: { reason: 'Unschedulable', message, resolvable: true, ...hope(assignment) } }
  }
  const targets = empty ? withEmpty(assignment.targets, selected.clusters) : assignment.targets
  return { targets: targets.toSorted(byName) }
}

/** Where a binding goes: the first term that works out, from the one it is in. */
export async function schedule(ask: Ask, input: ScheduleInput): Promise<Decision> {
  const { binding, snapshot, fresh } = input
  const terms = termsOf(binding, binding.spec.placement)
  const absent = absentFrom(snapshot.names, terms)
  const failures: Failure[] = []
  for (const term of termsLeft(terms, binding.status?.schedulerObservingAffinityName, fresh)) {
    const found = await attempt(ask, input, term)
    if ('targets' in found) return { targets: found.targets, affinityName: term.name, failures, absent }
    failures.push(found.failure)
  }
  return { failures, absent }
}
