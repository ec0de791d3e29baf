import { label, pods } from '@flotilla/sdk'
import { aggregateCounters, type Counters, reflectCounters } from '../counters.ts'
import { deploymentProgress, type Rolled } from '../deployment-progress.ts'
import { ofKind } from '../interpreter.ts'
import { isRolledOut, withReplicas } from '../rollout.ts'

interface Deployment extends Rolled {
  readonly spec?: Rolled['spec'] & { readonly template?: pods.PodTemplate }
}

const counters: Counters = {
  always: [],
  others: ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas'],
}

/** With the label, something in the member (an autoscaler) decides how many replicas there are. */
function retain(desired: Deployment, observed: Deployment): Deployment {
  const replicas = observed.spec?.replicas
  const isKept = desired.metadata.labels?.[label.retainReplicas] === 'true' && replicas !== undefined
  return isKept ? { ...desired, spec: { ...desired.spec, replicas } } : desired
}

export const deployment = ofKind<Deployment>(
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  {
    replicas: ({ spec }) => pods.needs(spec?.replicas ?? 0, spec?.template?.spec),
    reviseReplicas: withReplicas,
    retain,
    isHealthy: isRolledOut,
    dependencies: (object) => pods.podDependencies(object, object.spec?.template?.spec),
    status: (object) => reflectCounters(counters, object),
    aggregate: (template, items) => aggregateCounters(counters, template, items),
    complete: deploymentProgress,
  },
)
