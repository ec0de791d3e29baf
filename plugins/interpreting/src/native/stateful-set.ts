import type { interpret } from '@flotilla/sdk'
import { aggregateCounters, type Counted, type Counters, reflectCounters } from '../counters.ts'
import { ofKind } from '../interpreter.ts'
import { podDependencies } from '../pod-dependencies.ts'
import { needs } from '../pod-requirements.ts'
import type { PodTemplate } from '../pod-template.ts'
import { isRolledOut, withReplicas } from '../rollout.ts'

interface StatefulSet extends Counted {
  readonly spec?: {
    readonly replicas?: number
    readonly template?: PodTemplate
    readonly volumeClaimTemplates?: readonly { readonly metadata?: { readonly name?: string } }[]
  }
}

const counters: Counters = {
  always: ['replicas', 'availableReplicas'],
  others: ['currentReplicas', 'readyReplicas', 'updatedReplicas'],
}

/** A volume named like a claim template is a placeholder: each member's controller makes the claims. */
function dependencies(object: StatefulSet): readonly interpret.Dependency[] {
  const own = new Set(object.spec?.volumeClaimTemplates?.map(({ metadata }) => metadata?.name))
  return podDependencies(object, object.spec?.template?.spec).filter(
    ({ kind, name }) => kind !== 'PersistentVolumeClaim' || !own.has(name),
  )
}

/**
 * Unlike in Karmada, whose native interpreter never collects `observedGeneration` from StatefulSets and compares the
 * member's generation with itself, the template's `observedGeneration` advances as it does for the other workloads.
 */
export const statefulSet = ofKind<StatefulSet>(
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  {
    replicas: ({ spec }) => needs(spec?.replicas ?? 0, spec?.template?.spec),
    reviseReplicas: withReplicas,
    isHealthy: isRolledOut,
    dependencies,
    status: (object) => reflectCounters(counters, object),
    aggregate: (template, items) => aggregateCounters(counters, template, items),
  },
)
