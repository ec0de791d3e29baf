import type { Counted } from './counters.ts'
import { numberAt } from './read.ts'

/** A workload of interchangeable pods. */
interface Replicated extends Counted {
  readonly spec?: { readonly replicas?: number }
}

/** The workload with so many replicas; one that does not say how many it wants is left alone. */
export const withReplicas = <T extends Replicated>(object: T, replicas: number): T =>
  object.spec?.replicas === undefined ? object : { ...object, spec: { ...object.spec, replicas } }

/** Whether a controller has looked at what the object says now. */
export const isObserved = ({ metadata, status }: Counted): boolean =>
  numberAt(status, 'observedGeneration') === (metadata.generation ?? 0)

/** Whether every replica is there, up to date and available. */
export function isRolledOut(object: Replicated): boolean {
  const updated = numberAt(object.status, 'updatedReplicas')
  const available = numberAt(object.status, 'availableReplicas')
  return isObserved(object) && updated >= (object.spec?.replicas ?? 0) && available >= updated
}
