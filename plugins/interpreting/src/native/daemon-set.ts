import { pods } from '@flotilla/sdk'
import { aggregateCounters, type Counted, type Counters, reflectCounters } from '../counters.ts'
import { ofKind } from '../interpreter.ts'
import { numberAt } from '../read.ts'
import { isObserved } from '../rollout.ts'

interface DaemonSet extends Counted {
  readonly spec?: { readonly template?: pods.PodTemplate }
}

const counters: Counters = {
  always: ['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady'],
  others: ['updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'],
}

function isHealthy(object: DaemonSet): boolean {
  const updated = numberAt(object.status, 'updatedNumberScheduled')
  const available = numberAt(object.status, 'numberAvailable')
  const desired = numberAt(object.status, 'desiredNumberScheduled')
  return isObserved(object) && updated >= desired && available >= updated
}

export const daemonSet = ofKind<DaemonSet>(
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  {
    isHealthy,
    dependencies: (object) => pods.podDependencies(object, object.spec?.template?.spec),
    status: (object) => reflectCounters(counters, object),
    aggregate: (template, items) => aggregateCounters(counters, template, items),
  },
)
