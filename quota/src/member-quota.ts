import {
  type FederatedResourceQuota,
  type Key,
  label,
  type Manifest,
  type StaticClusterAssignment,
  type Work,
  workFor,
} from '@flotilla/sdk'

/** The ResourceQuota of one cluster. */
export const memberQuota = ({ metadata }: FederatedResourceQuota, { hard }: StaticClusterAssignment): Manifest => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: metadata.name, namespace: metadata.namespace },
  spec: { hard },
})

/**
 * The Work that brings it there. One that is there already is taken over: it says what holds in the namespace. Who has suspended
 * it has a reason: it stays so.
 */
export function quotaWork(quota: FederatedResourceQuota, assignment: StaticClusterAssignment, there?: Work): Work {
  const { name, namespace = '' } = quota.metadata
  const manifest = memberQuota(quota, assignment)
  const id = there?.metadata.labels?.[label.workId]
  const work = workFor({
    cluster: assignment.clusterName,
    template: manifest,
    manifest,
    origin: { labels: { [label.quotaNamespace]: namespace, [label.quotaName]: name } },
    conflictResolution: 'overwrite',
    ...(id !== undefined && { id }),
  })
  return there?.spec.suspendDispatching ? { ...work, spec: { ...work.spec, suspendDispatching: true } } : work
}

/** The quota a Work is of; undefined when it is of none. */
export function quotaOf({ metadata: { labels } }: Work): Key | undefined {
  const namespace = labels?.[label.quotaNamespace]
  const name = labels?.[label.quotaName]
  return namespace && name ? { namespace, name } : undefined
}
