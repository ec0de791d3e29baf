import type { Manifest, Metrics } from '@flotilla/sdk'
import { timing } from '../../manifest/timing.ts'

type Result = 'success' | 'error'

const labelsOf = (
  { apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>,
  member_cluster: string,
  result: Result,
) => ({
  result,
  apiversion: apiVersion,
  kind,
  member_cluster,
})

/** What is done in members, in Karmada's words. */
export function applyMetrics(metrics: Metrics) {
  const labels = ['result', 'apiversion', 'kind', 'member_cluster']
  const creations = metrics.counter({
    name: 'create_resource_to_cluster',
    help: 'Objects created in members, by whether they had been there before',
    labels: [...labels, 'recreate'],
  })
  const updates = metrics.counter({
    name: 'update_resource_to_cluster',
    help: 'Objects of members looked at, by whether they had to be updated',
    labels: [...labels, 'operationResult'],
  })
  const deletions = metrics.counter({
    name: 'delete_resource_from_cluster',
    help: 'Objects deleted from members',
    labels,
  })
  const corrections = metrics.counter({
    name: 'flotilla_drift_corrected_total',
    help: 'Objects that were changed or deleted in a member, and brought back',
    labels: ['apiversion', 'kind', 'member_cluster'],
  })
  return {
    timed: timing(metrics, {
      name: 'work_sync_workload_duration_seconds',
      help: 'How long it took to bring what a member holds up to its Work',
    }),
    created: (object: Manifest, cluster: string, result: Result, recreate: boolean) =>
      creations.add({ ...labelsOf(object, cluster, result), recreate: String(recreate) }),
    updated: (object: Manifest, cluster: string, result: Result, operationResult: 'none' | 'updated' | 'unchanged') =>
      updates.add({ ...labelsOf(object, cluster, result), operationResult }),
    corrected: ({ apiVersion, kind }: Manifest, cluster: string) =>
      corrections.add({ apiversion: apiVersion, kind, member_cluster: cluster }),
    deleted: (object: Manifest, cluster: string, result: Result) => deletions.add(labelsOf(object, cluster, result)),
  }
}

export type ApplyMetrics = ReturnType<typeof applyMetrics>
