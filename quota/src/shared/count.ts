import type { Binding, SharedReservation, SharedResourceQuota } from '@flotilla/sdk'
import { isAsked } from '../amounts.ts'
import { type Counted, countOf, type IsGone } from '../count.ts'

const always = () => true

/** What the bindings of one of its namespaces use of a shared quota. */
export const count = (
  { spec, status }: SharedResourceQuota,
  namespace: string,
  bindings: readonly Binding[],
  now: Date,
  isGone?: IsGone,
): Counted<SharedReservation> =>
  countOf(
    {
      resources: Object.keys(spec.total).filter(isAsked),
      reservations: (status?.reservations ?? []).filter((each) => each.namespace === namespace),
      isAbout: always,
    },
    bindings,
    now,
    isGone,
  )
