import {
  type Binding,
  clusterResourceBindingKind,
  definePlugin,
  evict,
  type Failover,
  type GracefulEvictionTask,
  type Host,
  keyOf,
  keyText,
  on,
  resourceBindingKind,
} from '@flotilla/sdk'
import { begun, type Preserved, withState } from './with-state.ts'

type Application = NonNullable<Failover['application']>

/** Since when a workload is unhealthy in each cluster, in milliseconds since the epoch. */
export type Ailing = ReadonlyMap<string, number>

const usualSeconds = 300
const usualGrace = 600

/** Where a workload is unhealthy, and does not leave yet: since before, or since now. */
export function ailing({ spec, status }: Binding, before: Ailing, now: number): Ailing {
  const leaving = new Set(spec.gracefulEvictionTasks?.map(({ fromCluster }) => fromCluster))
  const there = new Set(spec.clusters?.map(({ name }) => name))
  const ill = (status?.aggregatedStatus ?? []).filter(
    ({ clusterName, health }) => health === 'Unhealthy' && there.has(clusterName) && !leaving.has(clusterName),
  )
  return new Map(ill.map(({ clusterName }) => [clusterName, before.get(clusterName) ?? now]))
}

/** How the old copy goes. */
function goingOf({ purgeMode = 'Gracefully', gracePeriodSeconds = usualGrace }: Application) {
  if (purgeMode === 'Gracefully') return { purgeMode, gracePeriodSeconds }
  return purgeMode === 'Never' ? { purgeMode, suppressDeletion: true } : { purgeMode }
}

const producerOf = ({ kind }: Binding): string =>
  kind === clusterResourceBindingKind.kind
    ? 'cluster-resource-binding-application-failover-controller'
    : 'resource-binding-application-failover-controller'

function taskFor(binding: Binding, application: Application, cluster: string): Preserved {
  const { clusters = [] } = binding.spec
  const { replicas = 0 } = clusters.find(({ name }) => name === cluster) ?? {}
  const task: GracefulEvictionTask = {
    fromCluster: cluster,
    ...goingOf(application),
    ...(replicas > 0 && { replicas }),
    reason: 'ApplicationFailure',
    producer: producerOf(binding),
  }
  const preserved = withState(binding, task, application.statePreservation)
  if (!('task' in preserved) || preserved.task === task) return preserved
  return { task: { ...preserved.task, clustersBeforeFailover: clusters.map(({ name }) => name) } }
}

/** Evicts a workload from clusters in which it has been unhealthy for longer than its policy tolerates. */
export function evictUnhealthy({ binding, now }: evict.Tenancy, application: Application, since: Ailing) {
  const { tolerationSeconds = usualSeconds } = application.decisionConditions
  const left = [...since].map(([cluster, began]) => ({ cluster, for: began + tolerationSeconds * 1000 - now }))
  const again = Math.min(...left.map((each) => each.for).filter((time) => time > 0))
  return {
    due: left.filter((each) => each.for <= 0).map(({ cluster }) => taskFor(binding, application, cluster)),
    ...(Number.isFinite(again) && { again }),
  }
}

/** What is remembered of bindings goes with them. */
function memory({ store }: Host): Map<string, Ailing> {
  const known = new Map<string, Ailing>()
  for (const kind of [resourceBindingKind, clusterResourceBindingKind])
    store(kind).listen(({ before, after }) => {
      if (before && !after) known.delete(nameOf(before))
    })
  return known
}

const nameOf = (binding: Binding): string => `${binding.kind} ${keyText(keyOf(binding))}`

export const applicationFailover = definePlugin({
  name: 'application-failover',
  extensions: (host) => {
    const known = memory(host)
    const remember = (binding: Binding, since: Ailing): Ailing => {
      if (since.size > 0) known.set(nameOf(binding), since)
      else known.delete(nameOf(binding))
      return since
    }
    const decide = (tenancy: evict.Tenancy): evict.Eviction | undefined => {
      const { binding, now } = tenancy
      const application = binding.spec.failover?.application
      if (!application) return undefined
      const since = remember(binding, ailing(binding, known.get(nameOf(binding)) ?? new Map(), now))
      const { due, again } = evictUnhealthy(tenancy, application, since)
      return begun(host, binding, due, again)
    }
    return [on(evict.decide, decide)]
  },
})
