import { aggregateCounters, type Counted, type Counters, countsOf, reflectCounters } from '../counters.ts'
import { ofKind } from '../interpreter.ts'
import { podDependencies } from '../pod-dependencies.ts'
import type { PodTemplate } from '../pod-template.ts'
import { isObserved } from '../rollout.ts'

interface DaemonSet extends Counted {
  readonly spec?: { readonly template?: PodTemplate }
}

const counters: Counters = {
  always: ['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady'],
  others: ['updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'],
}

function isHealthy(object: DaemonSet): boolean {
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = countsOf(object.status)
  return (
    isObserved(object) && updatedNumberScheduled >= desiredNumberScheduled && numberAvailable >= updatedNumberScheduled
  )
}

export const daemonSet = ofKind<DaemonSet>(
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  {
    isHealthy,
    dependencies: (object) => podDependencies(object, object.spec?.template?.spec),
    status: (object) => reflectCounters(counters, object),
    aggregate: (template, items) => aggregateCounters(counters, template, items),
  },
)
