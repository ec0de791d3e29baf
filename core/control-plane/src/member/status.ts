import type { ServedKind } from '@flotilla/kube'
import {
  type ApiEnablement,
  type Cluster,
  type ClusterStatus,
  type Condition,
  isTrue,
  setCondition,
} from '@flotilla/sdk'
import { type NodeFacts, nodeSummary, type PodFacts, resourceSummary } from './inventory.ts'

type Said = Omit<Condition, 'lastTransitionTime'>

/** What was found out about a cluster in one look. What could not be found out is missing. */
export interface Findings {
  /** The Ready condition as it should be now. */
  readonly ready: Said
  readonly version?: string
  /** `undefined` when it was not looked for, `'failed'` when the cluster would not say. */
  readonly kinds?: readonly ServedKind[] | 'failed'
  readonly nodes?: readonly NodeFacts[]
  readonly pods?: readonly PodFacts[]
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What a cluster serves, sorted: by group-version, then by resource. */
export const enablementsOf = (kinds: readonly ServedKind[]): readonly ApiEnablement[] =>
  [...Map.groupBy(kinds, ({ apiVersion }) => apiVersion)]
    .map(([groupVersion, served]) => ({
      groupVersion,
      resources: served.map(({ plural, kind }) => ({ name: plural, kind })).sort((a, b) => byText(a.name, b.name)),
    }))
    .sort((a, b) => byText(a.groupVersion, b.groupVersion))

function completeness(enablements: readonly ApiEnablement[], isComplete: boolean): Said {
  const type = 'CompleteAPIEnablements'
  if (enablements.length === 0) {
    return { type, status: 'False', reason: 'Empty', message: 'collected empty APIEnablements from the cluster' }
  }
  return isComplete
    ? { type, status: 'True', reason: 'Complete', message: 'collected complete APIEnablements' }
    : { type, status: 'False', reason: 'Partial', message: 'might collect partial APIEnablements' }
}

/** The status of a cluster with what was found out. What was not found out stays as it was. */
export function clusterStatus(cluster: Cluster, findings: Findings, now: Date): ClusterStatus {
  const { ready, version, kinds, nodes, pods } = findings
  const before = cluster.status ?? {}
  const looked = setCondition(before.conditions, ready, now)
  if (kinds === undefined) return { ...before, conditions: looked }
  const apiEnablements = kinds === 'failed' ? (before.apiEnablements ?? []) : enablementsOf(kinds)
  return {
    ...before,
    ...(version !== undefined && { kubernetesVersion: version }),
    apiEnablements,
    conditions: setCondition(looked, completeness(apiEnablements, kinds !== 'failed'), now),
    ...(nodes && { nodeSummary: nodeSummary(nodes) }),
    ...(nodes && pods && { resourceSummary: resourceSummary(nodes, pods, cluster.spec.resourceModels) }),
  }
}

/** Whether a cluster may be worked with. */
export const isReady = (cluster: Cluster | undefined): boolean => isTrue(cluster?.status?.conditions, 'Ready')
