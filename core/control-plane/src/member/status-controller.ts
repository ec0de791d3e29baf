import {
  again,
  type Cluster,
  type Condition,
  type Controller,
  clusterKind,
  deepEqual,
  done,
  findCondition,
  isNotFound,
  type Outcome,
} from '@flotilla/sdk'
import { full } from '../manifest/full.ts'
import { whose } from '../manifest/whose.ts'
import type { Ground, MemberBook, Reach } from './book.ts'
import type { Connection } from './connection.ts'
import { notConnectable, probe, readyCondition, type Streak, streak, turns } from './health.ts'
import { nodeFacts, nodeFactsKind, podFacts, podFactsKind } from './inventory.ts'
import { kindFacts, kindFactsKind, type Node, type Pod } from './kinds.ts'
import type { MemberChange } from './member.ts'
import { clusterMetrics } from './metrics.ts'
import { clusterStatus, type Findings } from './status.ts'

export interface StatusOptions {
  /** Milliseconds between two looks at a cluster; by default 10 s. */
  readonly statusPeriod?: number
  /** Milliseconds a cluster must pass its health check before it is ready again; by default 30 s. */
  readonly successThreshold?: number
  /** Milliseconds a cluster must fail its health check before it is not ready; by default 30 s. */
  readonly failureThreshold?: number
  /** Whether nodes and pods are watched and summed up; by default they are. */
  readonly inventory?: boolean
  /** Milliseconds of a clock that never goes back, and never jumps. */
  readonly clock?: () => number
}

/** Milliseconds a cluster has for each answer. */
const patience = 5_000
/** Milliseconds a status waits for the first count of nodes and pods, and until it looks for it again. */
const countingTime = 1_000
/** Milliseconds by which what a member says it serves may be behind what it serves. */
const discoveryDelay = 1_000

const within = (signal: AbortSignal, milliseconds: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(milliseconds)])

async function versionOf({ client }: Connection, signal: AbortSignal): Promise<Pick<Findings, 'version'>> {
  const { body } = await client.raw({ path: '/version', signal: within(signal, patience) })
  const { gitVersion } = body as { readonly gitVersion?: string } // version.Info
  return gitVersion === undefined ? {} : { version: gitVersion }
}

/** Rejects when the signal comes before the answer. */
const before = <T>(signal: AbortSignal, answer: Promise<T>): Promise<T> =>
  Promise.race([
    answer,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  ])

async function servedBy({ runtime }: Connection, signal: AbortSignal): Promise<Pick<Findings, 'served'>> {
  runtime.discovery.forget() // what is new there has to be found within one period
  return { served: await before(within(signal, patience), runtime.discovery.served()) }
}

/** Nodes and pods as they are kept, or nothing while they have not all been seen. */
async function inventoryOf({ runtime }: Connection, signal: AbortSignal): Promise<Pick<Findings, 'nodes' | 'pods'>> {
  const nodes = runtime.store(nodeFactsKind, { project: keepNode })
  const pods = runtime.store(podFactsKind, { project: keepPod })
  const filled = await Promise.all([full(nodes, countingTime, signal), full(pods, countingTime, signal)])
  return filled.every(Boolean) ? { nodes: nodes.list(), pods: pods.list() } : {}
}

/** Whether a kind that Flotilla brought to a member can be used there now. */
const defines = ({ kind, before, after }: MemberChange): boolean =>
  kind.kind === kindFactsKind.kind &&
  kind.apiVersion === kindFactsKind.apiVersion &&
  after !== undefined &&
  !deepEqual(kindFacts(after).versions, before && kindFacts(before).versions)

const keepNode = (object: unknown) => nodeFacts(object as Node) // a store of nodes
const keepPod = (object: unknown) => podFacts(object as Pod) // a store of pods

/** Looks after the status of clusters: at once when they can be reached, and then every ten seconds. */
export function statusController(ground: Ground, book: MemberBook, options: StatusOptions): Controller {
  const { statusPeriod = 10_000, successThreshold = 30_000, failureThreshold = 30_000, inventory = true } = options
  const { clock = () => performance.now() } = options
  const thresholds = { success: successThreshold, failure: failureThreshold }
  const clusters = ground.store(clusterKind)
  const metrics = clusterMetrics(ground.metrics)
  const streaks = new Map<string, Streak>()
  const worker = ground.worker<string>({
    name: 'cluster-status',
    keyText: (name) => name,
    whose: (name) => whose.cluster({ name }),
    workers: 32,
    step: look,
  })

  async function look(name: string, signal: AbortSignal): Promise<Outcome> {
    const cluster = clusters.get({ name })
    const reach = book.reach(name)
    if (!cluster || !reach) {
      streaks.delete(name)
      metrics.forget(name)
      return done
    }
    return metrics.timed(name, () => report(cluster, reach, signal))
  }

  async function report(cluster: Cluster, reach: Reach, signal: AbortSignal): Promise<Outcome> {
    const { name } = cluster.metadata
    const observed = await observe(reach, signal)
    const ready = settled(cluster, observed)
    const isReady = ready.status === 'True'
    const answers = isReady && observed.status === 'True' // who fails the health check is not waited for any further
    const findings = answers && 'connection' in reach ? await collect(reach.connection, signal) : {}
    const latest = clusters.get({ name })
    if (!latest || book.reach(name) !== reach) return done
    const status = clusterStatus(latest, { ...findings, ready }, ground.now())
    if (!deepEqual(status, latest.status)) await write({ ...latest, status }, signal)
    metrics.observe(name, isReady, status)
    const isCounted = !inventory || !answers || 'nodes' in findings
    return again(isCounted ? statusPeriod : countingTime)
  }

  async function observe(reach: Reach, signal: AbortSignal) {
    if ('failure' in reach) return notConnectable(reach.failure)
    return readyCondition(await probe(reach.connection.client, within(signal, patience)))
  }

  /** The Ready condition as it should be: what was observed, or what it was while that has not lasted. */
  function settled(cluster: Cluster, observed: Omit<Condition, 'lastTransitionTime'>) {
    const { name } = cluster.metadata
    const now = clock()
    const before = streaks.get(name)
    const current = findCondition(cluster.status?.conditions, 'Ready')
    const seen = streak(before, observed.status, now)
    streaks.set(name, seen)
    if (seen.status === 'True' && before && before.status !== 'True') book.get(name)?.runtime.hurry() // it is back
    return current && !turns(current, before, seen, now, thresholds) ? current : observed
  }

  async function collect(connection: Connection, signal: AbortSignal): Promise<Omit<Findings, 'ready'>> {
    const [version, served, counts] = await Promise.all([
      versionOf(connection, signal).catch(() => ({})),
      servedBy(connection, signal).catch(() => ({ served: 'failed' as const })),
      inventory ? inventoryOf(connection, signal) : {},
    ])
    return { ...version, ...served, ...counts }
  }

  async function write(cluster: Cluster, signal: AbortSignal): Promise<void> {
    try {
      await ground.client.update(clusterKind, cluster, { subresource: 'status', signal })
    } catch (error) {
      if (!isNotFound(error)) throw error // gone meanwhile
    }
  }

  return {
    name: worker.name,
    async run(signal) {
      const running = worker.run(signal) // first, so that it takes keys
      const ends = [
        book.onReach((name) => {
          if (book.get(name)) streaks.delete(name) // what was seen of it before says nothing any more
          worker.enqueue(name)
        }),
        book.listen((change) => {
          if (!defines(change)) return
          worker.enqueue(change.cluster) // whatever is of that kind may be scheduled there from now on
          worker.enqueueAfter(change.cluster, discoveryDelay)
        }),
      ]
      for (const name of book.names) worker.enqueue(name)
      await running
      for (const end of ends) end()
    },
  }
}
