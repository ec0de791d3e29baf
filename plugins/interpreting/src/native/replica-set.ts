import { pods } from '@flotilla/sdk'
import { aggregateCounters, type Counted, type Counters, reflectCounters } from '../counters.ts'
import { ofKind } from '../interpreter.ts'
import { numberAt } from '../read.ts'
import { isObserved, withReplicas } from '../rollout.ts'

interface ReplicaSet extends Counted {
  readonly spec?: { readonly replicas?: number; readonly template?: pods.PodTemplate }
}

const counters: Counters = { always: ['replicas'], others: ['readyReplicas', 'availableReplicas'] }

export const replicaSet = ofKind<ReplicaSet>(
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  {
    replicas: ({ spec }) => pods.needs(spec?.replicas ?? 0, spec?.template?.spec),
    reviseReplicas: withReplicas,
    isHealthy: (object) =>
      isObserved(object) && numberAt(object.status, 'availableReplicas') >= (object.spec?.replicas ?? 0),
    dependencies: (object) => pods.podDependencies(object, object.spec?.template?.spec),
    status: (object) => reflectCounters(counters, object),
    aggregate: (template, items) => aggregateCounters(counters, template, items),
  },
)
