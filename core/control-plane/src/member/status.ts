import type { Served, ServedKind } from '@flotilla/kube'
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
  /** What it serves: `undefined` when it was not looked for, `'failed'` when the cluster would not say. */
  readonly served?: Served | 'failed'
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

/** What is served now, and what was served before of what the cluster could not speak for. */
function known({ kinds, missing }: Served, before: readonly ApiEnablement[]): readonly ApiEnablement[] {
  const enablements = enablementsOf(kinds)
  const said = new Set(enablements.map(({ groupVersion }) => groupVersion))
  const kept = before.filter(({ groupVersion }) => missing.includes(groupVersion) && !said.has(groupVersion))
  return kept.length === 0
    ? enablements
    : [...enablements, ...kept].sort((a, b) => byText(a.groupVersion, b.groupVersion))
}

const partial = (missing: readonly string[]): string =>
  missing.length > 0 ? `: the servers of ${[...missing].sort().join(', ')} do not answer there` : ''

function completeness(enablements: readonly ApiEnablement[], served: Served | 'failed'): Said {
  const type = 'CompleteAPIEnablements'
  if (enablements.length === 0) {
    return { type, status: 'False', reason: 'Empty', message: 'collected empty APIEnablements from the cluster' }
  }
  const missing = served === 'failed' ? [] : served.missing
  return served !== 'failed' && missing.length === 0
    ? { type, status: 'True', reason: 'Complete', message: 'collected complete APIEnablements' }
    : { type, status: 'False', reason: 'Partial', message: `might collect partial APIEnablements${partial(missing)}` }
}

/** The status of a cluster with what was found out. What was not found out stays as it was. */
export function clusterStatus(cluster: Cluster, findings: Findings, now: Date): ClusterStatus {
  const { ready, version, served, nodes, pods } = findings
  const { apiEnablements: before = [], ...rest } = cluster.status ?? {}
  const looked = setCondition(rest.conditions, ready, now)
  if (served === undefined) return { ...cluster.status, conditions: looked }
  const apiEnablements = served === 'failed' ? before : known(served, before)
  return {
    ...rest,
    ...(version !== undefined && { kubernetesVersion: version }),
    apiEnablements,
    conditions: setCondition(looked, completeness(apiEnablements, served), now),
    ...(nodes && { nodeSummary: nodeSummary(nodes) }),
    ...(nodes && pods && { resourceSummary: resourceSummary(nodes, pods, cluster.spec.resourceModels) }),
  }
}

/** Whether a cluster may be worked with. */
export const isReady = (cluster: Cluster | undefined): boolean => isTrue(cluster?.status?.conditions, 'Ready')
