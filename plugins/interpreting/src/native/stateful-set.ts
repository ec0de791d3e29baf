import { hash } from 'node:crypto'
import { type aggregate, type interpret, type Json, pods } from '@flotilla/sdk'
import { aggregateCounters, type Counted, type Counters, reflectCounters } from '../counters.ts'
import { ofKind, type Summary } from '../interpreter.ts'
import { isRolledOut, withReplicas } from '../rollout.ts'

interface StatefulSet extends Counted {
  readonly spec?: {
    readonly replicas?: number
    readonly template?: pods.PodTemplate
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
  return pods
    .podDependencies(object, object.spec?.template?.spec)
    .filter(({ kind, name }) => kind !== 'PersistentVolumeClaim' || !own.has(name))
}

interface Revisions {
  readonly currentRevision?: string
  readonly updateRevision?: string
}

const revisionsOf = ({ status }: StatefulSet): Revisions => (status as Revisions | undefined) ?? {}

/** A revision of all clusters together: each of them has one of its own for the same pods. */
const revisionOf = ({ metadata, spec }: StatefulSet): string =>
  `${metadata.name}-${hash('sha256', JSON.stringify(spec?.template ?? {}), 'hex').slice(0, 10)}`

/**
 * From which revision to which it rolls. `kubectl rollout status` takes a StatefulSet whose revisions are the same as
 * rolled out; in Karmada, where both are missing, always.
 */
function complete({ template, before, items }: Summary<StatefulSet>): aggregate.Completion | undefined {
  const { replicas = 0, updatedReplicas = 0, observedGeneration } = template.status ?? {}
  const isSeen = observedGeneration === template.metadata.generation
  if (!isSeen || items.every(({ status }) => !status)) return { fields: fieldsOf(revisionsOf(before)) }
  const updateRevision = revisionOf(template)
  const { currentRevision = updateRevision } = revisionsOf(before)
  return {
    fields: fieldsOf({
      updateRevision,
      currentRevision: updatedReplicas < replicas ? currentRevision : updateRevision,
    }),
  }
}

const fieldsOf = (revisions: Revisions) => revisions as { readonly [name: string]: Json }

/**
 * Unlike in Karmada, whose native interpreter never collects `observedGeneration` from StatefulSets and compares the
 * member's generation with itself, the template's `observedGeneration` advances as it does for the other workloads.
 */
export const statefulSet = ofKind<StatefulSet>(
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  {
    replicas: ({ spec }) => pods.needs(spec?.replicas ?? 0, spec?.template?.spec),
    reviseReplicas: withReplicas,
    isHealthy: isRolledOut,
    dependencies,
    status: (object) => reflectCounters(counters, object),
    aggregate: (template, items) => aggregateCounters(counters, template, items),
    complete,
  },
)
