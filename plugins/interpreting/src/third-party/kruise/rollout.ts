import { type Manifest, withField } from '@flotilla/sdk'
import { fields, number, parts } from '../../read.ts'

const partsOf = parts({
  spec: fields({ replicas: number }),
  status: fields({ observedGeneration: number, updatedReplicas: number, availableReplicas: number }),
})

/** The workload with so many replicas, whether it said before how many it wants or not. */
export const withReplicas = (object: Manifest, replicas: number): Manifest =>
  withField(object, ['spec', 'replicas'], replicas)

/** Whether the controller has looked at what the object says now. */
export const isObserved = (object: Manifest): boolean =>
  (partsOf(object).status?.observedGeneration ?? 0) === (object.metadata.generation ?? 0)

/** Whether every replica is there, up to date and available. */
export function isRolledOut(object: Manifest): boolean {
  const { spec, status } = partsOf(object)
  const { updatedReplicas = 0, availableReplicas = 0 } = status ?? {}
  return (
    status !== undefined &&
    isObserved(object) &&
    updatedReplicas >= (spec?.replicas ?? 0) &&
    availableReplicas >= updatedReplicas
  )
}
