import { type AggregatedStatusItem, fieldAt, type Manifest, withField } from '@flotilla/sdk'
import { truth } from '../../read.ts'
import { isTrue, mergedConditions } from '../conditions.ts'
import { observedGeneration, reflect } from '../generations.ts'
import { lasts, type Some, statuses, withFields } from '../status.ts'

/** Whoever suspends a source or a release does it in the member. */
function retain(desired: Manifest, observed: Manifest): Manifest {
  const suspend = truth(fieldAt(observed, ['spec', 'suspend']))
  return suspend === undefined ? desired : withField(desired, ['spec', 'suspend'], suspend)
}

interface Toolkit {
  /** Reasons for which it may be ready. */
  readonly ready: readonly string[]
  /** What its status has beside conditions and generations. */
  readonly fields: readonly string[]
  /** What is no field to take from the last member. */
  readonly summed?: (items: readonly AggregatedStatusItem[]) => Some
}

/** What all objects of Flux have in common. */
export const flux = ({ ready, fields, summed }: Toolkit) => ({
  retain,
  isHealthy: ({ status }: Manifest): boolean => isTrue(status, 'Ready', ready),
  status: reflect('conditions', ...fields),
  aggregate: (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
    withFields(
      template,
      { observedGeneration: observedGeneration(template, items) },
      lasts(statuses(items), ...fields),
      {
        ...summed?.(items),
        conditions: mergedConditions(items),
      },
    ),
})
