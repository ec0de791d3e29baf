import {
  again,
  type Cluster,
  type Condition,
  type Controller,
  clusterKind,
  clusterNamespace,
  done,
  findCondition,
  isNotFound,
  type Outcome,
  setCondition,
} from '@flotilla/sdk'
import type { Machine } from '../machine.ts'
import { whose } from '../manifest/whose.ts'
import { type Lease, leaseKind } from './kinds.ts'

export interface MonitorOptions {
  /** Milliseconds between two looks at a cluster; by default 5 s. */
  readonly period?: number
  /** Milliseconds without a sign of life after which nothing is known of a cluster any more; by default 40 s. */
  readonly grace?: number
  /** The same for a cluster that has never said anything; by default 60 s. */
  readonly startupGrace?: number
}

/** The last sign of life of an agent, and when it was first seen, on our clock: that of the agent may be another. */
interface Sign {
  readonly said: string
  readonly at: number
}

type Said = Omit<Condition, 'lastTransitionTime'>

/** When the agent has stopped saying how its cluster is. */
const silent: Said = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'ClusterStatusUnknown',
  message: 'Cluster status controller stopped posting cluster status.',
}

/** When the agent has never said it. */
const unheard: Said = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'ClusterStatusNeverUpdated',
  message: 'Cluster status controller never posted cluster status.',
}

/** What an agent says of itself: it renews its lease, or finds its cluster to be otherwise. That it is silent is no word of its own. */
function saidBy({ status }: Cluster, lease: Lease | undefined): string {
  const ready = findCondition(status?.conditions, 'Ready')
  const own = ready && ready.status !== 'Unknown' ? `${ready.status} ${ready.lastTransitionTime}` : ''
  return `${lease?.spec?.renewTime ?? ''} ${own}`
}

/** Looks whether the agents of clusters in pull mode are alive, and says so of a cluster whose agent is not. */
export function monitorController(machine: Machine, options: MonitorOptions = {}): Controller {
  const { period = 5_000, grace = 40_000, startupGrace = 60_000 } = options
  const signs = new Map<string, Sign>()

  /** The last sign of a cluster's agent. What is heard for the first time was said now, as far as we know. */
  function signOf(cluster: Cluster): Sign {
    const { name } = cluster.metadata
    const leases = machine.store(leaseKind, { namespace: clusterNamespace }) // only when there is a cluster in pull mode
    const said = saidBy(cluster, leases.get({ namespace: clusterNamespace, name }))
    const before = signs.get(name)
    const sign = before?.said === said ? before : { said, at: performance.now() }
    signs.set(name, sign)
    return sign
  }

  async function look(cluster: Cluster, signal: AbortSignal): Promise<Outcome> {
    const ready = findCondition(cluster.status?.conditions, 'Ready')
    const quietFor = performance.now() - signOf(cluster).at
    const left = (ready ? grace : startupGrace) - quietFor
    if (left > 0) return again(Math.min(left, period))
    if (ready?.status !== 'Unknown') await say(cluster, ready ? silent : unheard, signal)
    return again(period)
  }

  async function say(cluster: Cluster, condition: Said, signal: AbortSignal): Promise<void> {
    const conditions = setCondition(cluster.status?.conditions, condition, machine.now())
    const status = { ...cluster.status, conditions }
    machine.log.warn('the agent of a cluster is silent', { cluster: cluster.metadata.name, reason: condition.reason })
    try {
      await machine.client.update(clusterKind, { ...cluster, status }, { subresource: 'status', signal })
    } catch (error) {
      if (!isNotFound(error)) throw error // gone meanwhile
    }
  }

  return machine
    .controller('cluster-monitor', whose.cluster)
    .for(clusterKind, ({ before, after }) => before?.spec.syncMode !== after?.spec.syncMode)
    .reconcile(async (cluster, { name }, signal) => {
      if (cluster?.spec.syncMode === 'Pull') return look(cluster, signal)
      signs.delete(name)
      return done
    })
}
