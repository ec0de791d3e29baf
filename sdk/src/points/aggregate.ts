import type { AggregatedStatusItem, TargetCluster } from '../api/binding.ts'
import type { Condition, Json, Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { first } from '../rules.ts'

/** A status that was summed up, and what it was summed up of. */
export interface Summary {
  /** The template with the status that `interpret.aggregate` made of what the clusters say. */
  readonly template: Manifest
  /** The template as it is now. */
  readonly before: Manifest
  /** What each cluster says. */
  readonly items: readonly AggregatedStatusItem[]
  /** Where the template has to be, with how many replicas. */
  readonly targets: readonly TargetCluster[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A condition without its `lastTransitionTime`, which moves when the status does and is nobody else's business. */
export type Verdict = Pick<Condition, 'type' | 'status'> &
  Partial<Pick<Condition, 'reason' | 'message' | 'observedGeneration'>> & {
    /** Deployments have it. */
    readonly lastUpdateTime?: string
  }

/** What a single cluster would say beside the sums. */
export interface Completion {
  /** Each in the place of the one of its type; others stay. */
  readonly conditions?: readonly Verdict[]
  /** Other fields of the status, each in the place of the one of its name. */
  readonly fields?: Readonly<Record<string, Json>>
  /** Milliseconds until it has to be asked again though nothing changed. */
  readonly again?: number
}

/**
 * Asked after `interpret.aggregate`: what the status of a single cluster would say and sums do not, conditions mostly.
 * It is written together with the sums. No answer: the sums are all.
 */
export const complete = point('aggregate.complete', first<Summary, Completion>, undefined, ({ template }) => template)
