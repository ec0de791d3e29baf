import { claimOf, targetsOf } from '@flotilla/core'
import { annotation, deepEqual, keyText, type Reference, type Work } from '@flotilla/sdk'
import type { Decided, State } from './state.ts'

/** One cluster a template is in, or would be. */
export interface Placement {
  readonly cluster: string
  /** Replicas now, and as they are to be; undefined where it is not, or where its kind has none. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** As it is to be; one with a `deletionTimestamp` is to go. Undefined when none can be made. */
  readonly work?: Work
  /** As it is. */
  readonly before?: Work
}

/** What would become of one template. */
export interface Effect {
  readonly template: Reference
  /** The policy it would be under: `namespace/name`, or the bare name of a cluster-wide one. */
  readonly policy?: string
  /** Objects that take it along. */
  readonly requiredBy: readonly string[]
  readonly placements: readonly Placement[]
}

const going = (work: Work, now: string): Work => ({ ...work, metadata: { ...work.metadata, deletionTimestamp: now } })

/** A Work that is gone in the end, or would be as soon as its member has let go. */
const workThen = (before: Work | undefined, after: Work | undefined): Work | undefined =>
  after ?? (before && going(before, new Date(0).toISOString()))

const replicasIn = (decided: Decided | undefined): ReadonlyMap<string, number | undefined> =>
  new Map(decided?.binding ? targetsOf(decided.binding).map(({ name, replicas }) => [name, replicas]) : [])

function placementsOf(before: Decided | undefined, after: Decided | undefined): readonly Placement[] {
  const [now, later] = [replicasIn(before), replicasIn(after)]
  const names = [before?.works, after?.works, now, later].flatMap((map) => [...(map?.keys() ?? [])])
  return [...new Set(names)].sort().map((cluster) => {
    const work = workThen(before?.works.get(cluster), after?.works.get(cluster))
    const there = before?.works.get(cluster)
    return {
      cluster,
      from: now.get(cluster),
      to: later.get(cluster),
      ...(work && { work }),
      ...(there && { before: there }),
    }
  })
}

const claimIn = (decided: Decided | undefined) => decided?.binding && claimOf(decided.binding)

/** What is to be said of a template, given what is decided of it now and then. */
export function effectOf(template: Reference, before: Decided | undefined, after: Decided | undefined): Effect {
  const claim = claimIn(after)
  const { requiredBy = [] } = after?.binding?.spec ?? {}
  return {
    template,
    ...(claim && { policy: keyText(claim.policy) }),
    requiredBy: requiredBy.map(keyText),
    placements: placementsOf(before, after),
  }
}

export const isSameWork = (a: Work | undefined, b: Work | undefined): boolean =>
  deepEqual(a?.spec, b?.spec) && Boolean(a?.metadata.deletionTimestamp) === Boolean(b?.metadata.deletionTimestamp)

/** Whether the same is decided of a template. What was noted meanwhile is no decision. */
function isSame(a: Decided | undefined, b: Decided | undefined): boolean {
  const clusters = new Set([...(a?.works.keys() ?? []), ...(b?.works.keys() ?? [])])
  return (
    deepEqual(a?.binding?.spec.clusters, b?.binding?.spec.clusters) &&
    deepEqual(a?.binding?.spec.requiredBy, b?.binding?.spec.requiredBy) &&
    deepEqual(claimIn(a), claimIn(b)) &&
    [...clusters].every((cluster) => isSameWork(a?.works.get(cluster), b?.works.get(cluster)))
  )
}

/** The templates of which something else is decided then. */
export const changedTemplates = (before: State, after: State): readonly Reference[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((address) => !isSame(before.get(address), after.get(address)))
    .flatMap((address) => (after.get(address) ?? before.get(address))?.template ?? [])

interface Applied {
  readonly policyName: string
}

/** The override policies in a Work, in the order they were applied. */
export function overridesIn(work: Work | undefined): readonly string[] {
  const { annotations = {} } = work?.metadata ?? {}
  return [annotation.appliedClusterOverrides, annotation.appliedOverrides].flatMap((name) => {
    const applied = JSON.parse(annotations[name] ?? '[]') as readonly Applied[] // Flotilla wrote it
    return [...new Set(applied.map(({ policyName }) => policyName))]
  })
}
