import {
  type Binding,
  type Change,
  type Cluster,
  clusterKind,
  executionNamespace,
  findCondition,
  type Host,
  type Index,
  isFields,
  type Key,
  keyText,
  type Manifest,
  resourceBindingKind,
  type Service,
  serviceExportKind,
  serviceKind,
  type Work,
  workKind,
  workName,
} from '@flotilla/sdk'
import { contentOf } from './slices.ts'

/** Why the endpoints in a cluster are not to be relied on, whatever Service they are of; undefined when they are. */
export function doubtOf(cluster: Cluster | undefined): string | undefined {
  if (!cluster) return 'the cluster is not there'
  if (cluster.metadata.deletionTimestamp) return 'the cluster is going away'
  const ready = findCondition(cluster.status?.conditions, 'Ready')
  if (ready?.status !== 'True') return `the cluster is not ready: ${ready?.message || 'nothing was heard of it yet'}`
  const taint = cluster.spec.taints?.find(({ effect }) => effect === 'NoExecute')
  return taint && `the cluster is being emptied: it has the taint ${taint.key}:NoExecute`
}

/**
 * Of the places a Service has endpoints in, those that are used: the good ones, once one of them has a ready endpoint. Else
 * all: what was last known is better than nothing.
 */
export function used<T>(
  sources: readonly T[],
  isGood: (source: T) => boolean,
  hasReady: (source: T) => boolean,
): { readonly from: readonly T[]; readonly isHealthy: boolean } {
  const good = sources.filter(isGood)
  const isHealthy = good.some(hasReady)
  return { from: isHealthy ? good : sources, isHealthy }
}

const leavers: Index<Binding> = {
  name: 'leaves',
  values: ({ metadata: { namespace = '' }, spec: { gracefulEvictionTasks = [] } }) =>
    gracefulEvictionTasks.map(({ fromCluster }) => keyText({ namespace, name: fromCluster })),
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (isFields(value) ? value : {})

/** The labels of the pods something is, or makes. */
function podLabels(content: Manifest): Readonly<Record<string, unknown>> {
  if (content.kind === 'Pod') return content.metadata.labels ?? {}
  return fieldsOf(fieldsOf(fieldsOf(fieldsOf(content.spec).template).metadata).labels)
}

const selects = ({ spec }: Service, labels: Readonly<Record<string, unknown>>): boolean => {
  const wanted = Object.entries(spec?.selector ?? {})
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

const byName: readonly string[] = [serviceKind.kind, serviceExportKind.kind]

const tasksOf = (binding: Binding | undefined): readonly string[] =>
  binding?.spec.gracefulEvictionTasks?.map(({ fromCluster }) => fromCluster) ?? []

/** Clusters it begins to leave, and those it stays in after all. One it has left has no endpoints any more, or soon. */
function turnedIn(before: Binding | undefined, after: Binding): readonly string[] {
  const [old, now] = [tasksOf(before), tasksOf(after)]
  const stays = new Set(after.spec.clusters?.map(({ name }) => name))
  return [...now.filter((name) => !old.includes(name)), ...old.filter((name) => !now.includes(name) && stays.has(name))]
}

/** Whether a binding brought to a cluster what a Service is about: itself, its export, or its pods. */
function concerns(binding: Binding, service: Service, work: (name: string) => Work | undefined): boolean {
  const { kind, name, namespace = '' } = binding.spec.resource
  if (byName.includes(kind)) return name === service.metadata.name
  const found = work(workName({ kind, metadata: { namespace, name } }))
  const content = found && contentOf(found)
  return content !== undefined && selects(service, podLabels(content))
}

/** Why a Service leaves a cluster; undefined when it does not. `work` is the cluster's Work of a name. */
export function leavingOf(
  bindings: readonly Binding[],
  cluster: string,
  service: Service,
  work: (name: string) => Work | undefined,
): string | undefined {
  const found = bindings.find((binding) => tasksOf(binding).includes(cluster) && concerns(binding, service, work))
  return found && `${found.spec.resource.kind} ${found.spec.resource.name} is being evicted from the cluster`
}

/** Who relies on the endpoints of which clusters. */
export function createWithdrawals(host: Pick<Host, 'store'>) {
  const clusters = host.store(clusterKind)
  const bindings = host.store(resourceBindingKind)
  const works = host.store(workKind)
  const workIn = (cluster: string) => (name: string) => works.get({ namespace: executionNamespace(cluster), name })

  return {
    /** Why the endpoints of a Service in a cluster are not to be relied on; undefined when they are. */
    why(name: string, service: Service | undefined): string | undefined {
      const doubt = doubtOf(clusters.get({ name }))
      if (doubt || !service) return doubt
      const { namespace = '' } = service.metadata
      return leavingOf(bindings.by(leavers, keyText({ namespace, name })), name, service, workIn(name))
    },
    /** Of these Services, those for which something changed as a binding begins or ends to leave clusters. */
    concerned(
      { before, after, initial }: Change<Binding>,
      of: (namespace: string) => readonly Service[],
    ): readonly Key[] {
      if (initial) return []
      const turned = after ? turnedIn(before, after) : [] // of one that is gone the endpoints go, too, and that is heard of
      if (!after || turned.length === 0) return []
      const { namespace = '' } = after.metadata
      return of(namespace)
        .filter((service) => turned.some((cluster) => concerns(after, service, workIn(cluster))))
        .map(({ metadata: { name } }) => ({ namespace, name }))
    },
  }
}

export type Withdrawals = ReturnType<typeof createWithdrawals>
