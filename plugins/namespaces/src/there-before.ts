import { annotation, type apply, type Work } from '@flotilla/sdk'
import { namespaceKind } from './shared.ts'

const isOfNamespace = ({ metadata: { ownerReferences = [] } }: Work): boolean =>
  ownerReferences.some(({ kind, apiVersion }) => kind === namespaceKind.kind && apiVersion === namespaceKind.apiVersion)

/**
 * A namespace that a cluster had before will do: one is as good as another. It stays its owner's, so that it does not go,
 * with all that is in it, when that of the control plane does. Who wants it taken over says so on the namespace.
 */
export function leaveThereBefore({ work, observed }: apply.Conflict): 'leave' | undefined {
  const isDecided = work.metadata.annotations?.[annotation.conflictResolution] === 'overwrite'
  if (isDecided || !isOfNamespace(work)) return undefined
  return observed.metadata.deletionTimestamp ? undefined : 'leave'
}
