import { type BindingSpec, strategyOf } from '@flotilla/sdk'

/** Whether a binding wants another number of replicas than its clusters were given. */
export function isScaled({ placement = {}, replicas = 0, components = [], clusters = [] }: BindingSpec): boolean {
  if (components.length > 0) return clusters.length === 0
  if (strategyOf(placement) === 'Duplicated') return clusters.some((target) => (target.replicas ?? 0) !== replicas)
  return clusters.reduce((sum, target) => sum + (target.replicas ?? 0), 0) !== replicas
}
