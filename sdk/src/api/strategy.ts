import type { BindingSpec } from './binding.ts'
import type { Placement } from './placement.ts'

/** Whether every cluster gets all replicas, or how they are divided. */
export type DivisionStrategy = 'Duplicated' | 'StaticWeight' | 'DynamicWeight' | 'Aggregated'

/** How a placement wants replicas to be divided. One that does not say wants them in every cluster. */
export function strategyOf({ replicaScheduling }: Placement): DivisionStrategy {
  if (!replicaScheduling || replicaScheduling.replicaSchedulingType === 'Duplicated') return 'Duplicated'
  if (replicaScheduling.replicaDivisionPreference === 'Aggregated') return 'Aggregated'
  return replicaScheduling.weightPreference?.dynamicWeight ? 'DynamicWeight' : 'StaticWeight'
}

/** Whether what clusters can take decides who gets how many. */
export const dividesByAvailability = (placement: Placement): boolean => {
  const strategy = strategyOf(placement)
  return strategy === 'DynamicWeight' || strategy === 'Aggregated'
}

/** Whether a binding is of something with replicas, be it none at the moment. */
export const isWorkload = ({ replicas = 0, replicaRequirements, components = [] }: BindingSpec): boolean =>
  replicas > 0 || replicaRequirements !== undefined || components.length > 0

const wantsOneCluster = ({ spreadConstraints = [] }: Placement): boolean =>
  spreadConstraints.some(
    ({ spreadByField, minGroups, maxGroups }) => spreadByField === 'cluster' && minGroups === 1 && maxGroups === 1,
  )

/** Whether all components of a workload go together, as one set, to the one cluster that the placement wants. */
export const isPlacedAsSet = ({ components = [] }: BindingSpec, placement: Placement): boolean =>
  components.length > 0 && wantsOneCluster(placement)

/** Whether a binding has one number of replicas, which can be divided. Several components cannot. */
export const hasReplicas = (spec: BindingSpec): boolean =>
  (spec.components?.length ?? 0) <= 1 && ((spec.replicas ?? 0) > 0 || spec.replicaRequirements !== undefined)
