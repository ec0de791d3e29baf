import type { AggregatedStatusItem, Binding, BindingSpec, BindingStatus } from '../src/api/binding.ts'
import { clusterResourceBindingKind, resourceBindingKind } from '../src/api/binding.ts'
import { type Cluster, type ClusterSpec, type ClusterStatus, clusterKind } from '../src/api/cluster.ts'
import { bindingName, executionNamespace, workName } from '../src/api/names.ts'
import {
  clusterOverridePolicyKind,
  type OverridePolicy,
  type OverrideSpec,
  overridePolicyKind,
} from '../src/api/override-policy.ts'
import {
  clusterPropagationPolicyKind,
  type PropagationPolicy,
  type PropagationSpec,
  propagationPolicyKind,
} from '../src/api/propagation-policy.ts'
import { type Work, type WorkSpec, type WorkStatus, workKind } from '../src/api/work.ts'
import { deepFreeze } from '../src/freeze.ts'
import type { Kind } from '../src/kind.ts'
import type { Manifest, ObjectMeta } from '../src/manifest.ts'
import type { Feasible } from '../src/points/schedule.ts'

/*
 * Objects for tests. Each builder makes a whole object from the few words that matter to a case; the rest is what such an
 * object usually says. What a builder makes is frozen.
 */

/** Metadata, where a builder wants it: beside the rest. */
export type Meta = Partial<ObjectMeta>

const metaKeys: ReadonlySet<string> = new Set<keyof ObjectMeta>([
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
])

/** The words of a builder, sorted into metadata and the rest. */
function sort<Rest extends object>(words: Meta & Rest): { readonly meta: Meta; readonly rest: Rest } {
  const entries = Object.entries(words)
  return {
    meta: Object.fromEntries(entries.filter(([key]) => metaKeys.has(key))),
    rest: Object.fromEntries(entries.filter(([key]) => !metaKeys.has(key))) as Rest, // all that is not metadata
  }
}

const head = <T>({ apiVersion, kind, scope }: Kind<T>, name: string, meta: Meta) => ({
  apiVersion,
  kind,
  metadata: { name, ...(scope === 'Namespaced' && { namespace: 'default' }), ...meta },
})

/** Any object: `manifest('v1', 'ConfigMap', { name: 'settings', data: { a: 'b' } })`. */
export function manifest(
  apiVersion: string,
  kind: string,
  words: Meta & { readonly [field: string]: unknown } = {},
): Manifest {
  const { meta, rest } = sort(words)
  return deepFreeze({ ...rest, apiVersion, kind, metadata: { name: kind.toLowerCase(), ...meta } })
}

export interface DeploymentWords extends Meta {
  /** By default 1. */
  readonly replicas?: number
  /** Of the one container, which is called like the Deployment. */
  readonly image?: string
  /** What one replica asks for. */
  readonly requests?: Readonly<Record<string, string>>
  /** Beside or instead of what the other words say. */
  readonly podSpec?: object
  readonly status?: object
}

/** A Deployment; by default `default/web` with one replica of nginx. */
export function deployment(words: DeploymentWords = {}): Manifest {
  const { meta, rest } = sort(words)
  const { replicas = 1, image = 'nginx', requests, podSpec, status } = rest
  const name = meta.name ?? 'web'
  const container = { name, image, ...(requests && { resources: { requests } }) }
  return deepFreeze({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', ...meta },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container], ...podSpec } },
    },
    ...(status && { status }),
  })
}

const usualApis = [
  { groupVersion: 'v1', resources: [{ name: 'configmaps', kind: 'ConfigMap' }] },
  { groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment' }] },
]

export interface ClusterWords extends Meta, Partial<ClusterSpec> {
  /** By default true. */
  readonly ready?: boolean
  /** Beside or instead of what the other words say. */
  readonly status?: ClusterStatus
}

/** A cluster; by default `member1`, ready, with Deployments and ConfigMaps. Fields of its spec stand beside its name. */
export function cluster(words: ClusterWords = {}): Cluster {
  const { meta, rest } = sort(words)
  const { ready = true, status, ...spec } = rest
  return deepFreeze({
    ...head(clusterKind, 'member1', meta),
    spec: { syncMode: 'Push', ...spec },
    status: {
      apiEnablements: usualApis,
      conditions: [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          reason: ready ? 'ClusterReady' : 'ClusterNotReachable',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
      ...status,
    },
  })
}

/** Clusters that differ in their names alone: `clusters('a', 'b')`. */
export const clusters = (...names: readonly string[]): readonly Cluster[] => names.map((name) => cluster({ name }))

const selectsDeployments = [{ apiVersion: 'apps/v1', kind: 'Deployment' }]

const policyOf =
  (kind: Kind<PropagationPolicy>) =>
  (words: Meta & Partial<PropagationSpec> = {}): PropagationPolicy => {
    const { meta, rest } = sort(words)
    return deepFreeze({ ...head(kind, 'policy', meta), spec: { resourceSelectors: selectsDeployments, ...rest } })
  }

/** A PropagationPolicy; by default `default/policy` for all Deployments. Fields of its spec stand beside its name. */
export const policy = policyOf(propagationPolicyKind)

/** A ClusterPropagationPolicy. */
export const clusterPolicy = policyOf(clusterPropagationPolicyKind)

const overridePolicyOf =
  (kind: Kind<OverridePolicy>) =>
  (words: Meta & OverrideSpec = {}): OverridePolicy => {
    const { meta, rest } = sort(words)
    return deepFreeze({ ...head(kind, 'override', meta), spec: rest })
  }

/** An OverridePolicy; by default `default/override`, which changes nothing. Fields of its spec stand beside its name. */
export const overridePolicy = overridePolicyOf(overridePolicyKind)

/** A ClusterOverridePolicy. */
export const clusterOverridePolicy = overridePolicyOf(clusterOverridePolicyKind)

export interface BindingWords extends Meta, Partial<Omit<BindingSpec, 'clusters'>> {
  /** Where it goes, and with how many replicas: `{ member1: 2 }`. */
  readonly clusters?: Readonly<Record<string, number | undefined>>
  readonly status?: BindingStatus
}

const targets = (clusters: NonNullable<BindingWords['clusters']>): BindingSpec['clusters'] =>
  Object.entries(clusters).map(([name, replicas]) => (replicas === undefined ? { name } : { name, replicas }))

const bindingOf =
  (kind: Kind<Binding>, template: BindingSpec['resource']) =>
  (words: BindingWords = {}): Binding => {
    const { meta, rest } = sort(words)
    const { clusters, status, ...spec } = rest
    return deepFreeze({
      ...head(kind, bindingName(template.kind, template.name), meta),
      spec: { resource: template, ...(clusters && { clusters: targets(clusters) }), ...spec },
      ...(status && { status }),
    })
  }

/** A ResourceBinding; by default that of the Deployment `default/web`. Fields of its spec stand beside its name. */
export const binding = bindingOf(resourceBindingKind, {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'default',
  name: 'web',
})

/** A ClusterResourceBinding; by default that of the ClusterRole `viewer`. */
export const clusterBinding = bindingOf(clusterResourceBindingKind, {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  name: 'viewer',
})

export interface WorkWords extends Meta, Omit<WorkSpec, 'workload'> {
  /** By default `member1`. */
  readonly cluster?: string
  /** By default the Deployment `default/web`. */
  readonly manifest?: Manifest
  readonly status?: WorkStatus
}

/** The Work of one object in one cluster. */
export function work(words: WorkWords = {}): Work {
  const { meta, rest } = sort(words)
  const { cluster = 'member1', manifest = deployment(), status, ...spec } = rest
  return deepFreeze({
    ...head(workKind, workName(manifest), { namespace: executionNamespace(cluster), ...meta }),
    spec: { workload: { manifests: [manifest] }, ...spec },
    ...(status && { status }),
  })
}

/** What a cluster says of an object: healthy and applied unless the words say otherwise. */
export const statusItem = (
  clusterName: string,
  status?: AggregatedStatusItem['status'],
  words: Partial<AggregatedStatusItem> = {},
): AggregatedStatusItem =>
  deepFreeze({ clusterName, applied: true, health: 'Healthy', ...(status !== undefined && { status }), ...words })

/** A cluster that passed every filter; by default with nothing to tell it from others. */
export const feasible = (name: string, words: Partial<Omit<Feasible, 'cluster'>> = {}): Feasible =>
  deepFreeze({ cluster: cluster({ name }), score: 0, assigned: 0, overflow: 0, ...words })
