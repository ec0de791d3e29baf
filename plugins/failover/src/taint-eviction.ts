import {
  annotation,
  type Binding,
  type Cluster,
  definePlugin,
  evict,
  type GracefulEvictionTask,
  on,
  type Placement,
  type Taint,
  type Toleration,
  tolerates,
} from '@flotilla/sdk'
import { begun, type Preserved, withState } from './with-state.ts'

/** Milliseconds for which a cluster is tolerated yet: 0 when it is not, infinite when it is for ever. */
type Patience = number

/** The placement a binding was scheduled by; a newer one counts once it has been scheduled by that. */
function appliedPlacement({ metadata, spec }: Binding): Placement | undefined {
  const text = metadata.annotations?.[annotation.appliedPlacement]
  if (text === undefined) return spec.placement
  try {
    return JSON.parse(text) as Placement // written by the scheduler
  } catch {
    return spec.placement
  }
}

/**
 * How long a taint is tolerated, from when it was added. Admission writes that down; a taint that does not say is taken as
 * new, rather than evict on a guess.
 */
function patienceWith(taint: Taint, tolerations: readonly Toleration[], now: number): Patience {
  const toleration = tolerations.find((each) => tolerates(each, taint))
  if (!toleration) return 0
  if (toleration.tolerationSeconds === undefined) return Number.POSITIVE_INFINITY
  const added = Date.parse(taint.timeAdded ?? '')
  const since = Number.isNaN(added) ? now : added
  return Math.max(0, since + toleration.tolerationSeconds * 1000 - now)
}

/** How long a cluster is tolerated: as long as the taint that is tolerated least. */
export const patience = (
  { spec: { taints = [] } }: Cluster,
  tolerations: readonly Toleration[],
  now: number,
): Patience =>
  Math.min(
    ...taints.filter(({ effect }) => effect === 'NoExecute').map((taint) => patienceWith(taint, tolerations, now)),
  )

/** How what is evicted leaves, unless its policy says: by default when it runs elsewhere. */
export type DefaultPurge = 'Directly' | 'Gracefully'

function taskFor(binding: Binding, cluster: string, byDefault: DefaultPurge): Preserved {
  const { clusters, failover } = binding.spec
  const { replicas = 0 } = clusters?.find(({ name }) => name === cluster) ?? {}
  const task: GracefulEvictionTask = {
    fromCluster: cluster,
    purgeMode: failover?.cluster ? (failover.cluster.purgeMode ?? 'Gracefully') : byDefault,
    ...(replicas > 0 && { replicas }),
    reason: 'TaintUntolerated',
    producer: 'TaintManager',
  }
  return withState(binding, task, failover?.cluster?.statePreservation)
}

const isTainted = ({ spec }: Cluster): boolean => spec.taints?.some(({ effect }) => effect === 'NoExecute') ?? false

/** The evictions that are due, and the milliseconds until there may be others. */
interface Due {
  readonly due: readonly Preserved[]
  readonly again?: number
}

/** Evicts a binding from clusters with NoExecute taints it does not tolerate, or not any longer. */
export function evictUntolerated(
  { binding, clusters, now }: evict.Tenancy,
  purge: DefaultPurge = 'Gracefully',
): Due | undefined {
  const tainted = clusters.filter(isTainted)
  if (tainted.length === 0) return undefined
  const tolerations = appliedPlacement(binding)?.clusterTolerations ?? []
  const left = tainted.map((cluster) => ({ name: cluster.metadata.name, for: patience(cluster, tolerations, now) }))
  const again = Math.min(...left.map((each) => each.for).filter((time) => time > 0))
  return {
    due: left.filter((each) => each.for === 0).map(({ name }) => taskFor(binding, name, purge)),
    ...(Number.isFinite(again) && { again }),
  }
}

interface Options {
  readonly purgeMode?: DefaultPurge
}

export const taintEviction = definePlugin({
  name: 'taint-eviction',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      purgeMode: {
        description: 'How what is evicted leaves, unless its policy says: at once, or when it runs elsewhere.',
        enum: ['Directly', 'Gracefully'],
      },
    },
  },
  extensions: (host) => {
    const { purgeMode } = (host.options ?? {}) as Options // the schema holds
    const decide = (tenancy: evict.Tenancy): evict.Eviction | undefined => {
      const untolerated = evictUntolerated(tenancy, purgeMode)
      return untolerated && begun(host, tenancy.binding, untolerated.due, untolerated.again)
    }
    return [on(evict.decide, decide)]
  },
})
