import { type Ask, controllerReference, label, overridden, rulesFor, type Work, workFor } from '@flotilla/sdk'
import type { Basis } from './settled.ts'

/** Whether a Work of that name is a binding's: a policy brought the namespace there. */
export const isOfBinding = ({ metadata }: Work): boolean => Boolean(metadata.labels?.[label.clusterBindingId])

/** The Work that brings a namespace to a cluster. `there`: the one that is there already, whose id it keeps. */
export async function namespaceWork(
  ask: Ask,
  { namespace, cluster, policies, isPreserved }: Basis,
  there?: Work,
): Promise<Work> {
  const rules = rulesFor(namespace, cluster, policies)
  const id = there?.metadata.labels?.[label.workId]
  return workFor({
    cluster: cluster.metadata.name,
    template: namespace,
    manifest: await overridden(ask, namespace, cluster, rules),
    rules,
    owner: controllerReference(namespace),
    // once kept, always kept: what was left behind has no binding any more that would say so
    preserveResourcesOnDeletion: isPreserved || there?.spec.preserveResourcesOnDeletion === true,
    ...(id !== undefined && { id }),
  })
}
