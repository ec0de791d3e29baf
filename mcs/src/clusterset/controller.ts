import {
  again,
  annotation,
  type Binding,
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  done,
  type Host,
  type Key,
  keyOf,
  type Member,
  type Outcome,
  type Priority,
  resourceBindingKind,
  type Service,
  type ServiceExport,
  service,
  setCondition,
} from '@flotilla/sdk'
import { hintsFor, placeOf, prefersNear } from '../locality.ts'
import { withEachMember } from '../members.ts'
import { reaches } from '../route.ts'
import { hasReadyEndpoint } from '../slices.ts'
import { createSpreading } from '../spreading.ts'
import { createWithdrawals, doubtOf, used } from '../withdrawal.ts'
import type { Said } from '../writing.ts'
import { type Agreement, agree, type Exported } from './agree.ts'
import { type Arrival, deliver, isTaken, withdraw } from './consumer.ts'
import { bare, isMade } from './made.ts'
import { exportKindOf, View } from './view.ts'

/** An export, and what is to be thought of it. */
interface Judged {
  readonly view: View
  readonly export: ServiceExport
  readonly verdict: service.Exportability
}

const nobody = { valid: false, reason: 'NoService', message: 'no plugin can export it' }

/** What of a cluster matters to who is reached how. */
const wayOf = (cluster: Cluster | undefined): string => {
  const { [annotation.network]: network = '', [annotation.gateways]: gateways = '' } =
    cluster?.metadata.annotations ?? {}
  return JSON.stringify([doubtOf(cluster) === undefined, network, gateways, cluster && placeOf(cluster)])
}

/** Endpoints that say for whom they are near, where the Service is to be reached near by. */
function nearBy(arrivals: readonly Arrival[], consumer: Cluster | undefined, { spec }: Agreement): readonly Arrival[] {
  if (!consumer || !prefersNear(spec.trafficDistribution)) return arrivals
  const sourceOf = ({ source, reached }: Arrival) => ({ place: placeOf(source), endpoints: reached.endpoints ?? [] })
  const hinted = hintsFor(placeOf(consumer), arrivals.map(sourceOf))
  return arrivals.map((arrival) => ({
    ...arrival,
    reached: { ...arrival.reached, endpoints: hinted(sourceOf(arrival)) },
  }))
}

/** For when a member is slow to say what it has. */
const patienceMs = 5_000

/**
 * Imports in every member what any member exports, as the API of the SIG has it. Nothing of it is kept on the control
 * plane: what members have is its only state, and their caches hold each endpoint once.
 */
export function clustersetController(host: Host): Controller {
  const clusters = host.store(clusterKind)
  const withdrawals = createWithdrawals(host)
  const spreading = createSpreading(host, 'ServiceExport')
  const views = new Map<string, View>()
  /** Members that did not answer in time, and until when they are left alone. */
  const slow = new WeakMap<View, number>()
  let enqueue: ((key: Key, priority?: Priority) => void) | undefined

  const tell = (key: Key) => enqueue?.(key)
  const keysOf = (namespace?: string) => [...views.values()].flatMap((view) => view.keys(namespace))
  const tellAll = (namespace?: string) => {
    for (const key of keysOf(namespace)) tell(key)
  }

  function begin(member: Member): () => void {
    const cluster = clusters.get({ name: member.name })
    const kind = cluster && exportKindOf(cluster)
    if (!kind) return () => undefined
    const view = new View(member, kind, tell)
    view.onNamespace = tellAll
    view.onFull = () => {
      for (const key of keysOf()) if (!view.imports.get(key)) tell(key)
    }
    view.onEndpoints = spreading.begins
    views.set(member.name, view)
    tellAll()
    return () => {
      const keys = view.keys()
      view.end()
      views.delete(member.name)
      for (const key of keys) tell(key)
    }
  }

  const clusterOf = (view: View): Cluster | undefined => clusters.get({ name: view.name })

  async function judge(view: View, key: Key): Promise<readonly Judged[]> {
    const exported = view.exported(key)
    const cluster = clusterOf(view)
    if (!exported || !cluster) return []
    const found = view.services.get(key)
    const asked = { cluster, export: exported, ...(found && { service: found }) }
    return [{ view, export: exported, verdict: (await host.ask(service.export, asked)) ?? nobody }]
  }

  /** The three conditions of an export, in one write. */
  async function sayOf(judged: Judged, agreed: Agreement | undefined, but: readonly string[], signal: AbortSignal) {
    const { view, export: exported, verdict } = judged
    if (!view.member.ready) return
    const now = host.now()
    const before = exported.status?.conditions
    const after = conditionsOf(verdict, agreed, but).reduce((all, each) => setCondition(all, each, now), before)
    if (after === before) return
    const status = { ...exported.status, conditions: after ?? [] }
    await view.member.client.update(view.exportKind, { ...exported, status }, { subresource: 'status', signal })
  }

  /** The endpoints of clusters that are well; those of others only while nobody is ready there. */
  const sourcesOf = (judged: readonly Judged[], key: Key) =>
    used(
      judged,
      ({ view }) => !withdrawals.why(view.name, view.services.get(key)),
      ({ view }) => view.slicesOf(key).some(hasReadyEndpoint),
    )

  async function arrivalsOf(from: readonly Judged[], key: Key, consumers: readonly View[]) {
    const arrivals = new Map<string, Arrival[]>(consumers.map(({ name }) => [name, []]))
    const to = consumers.flatMap((view) => clusterOf(view) ?? [])
    for (const { view } of from) {
      const provider = clusterOf(view)
      if (!provider) continue
      for (const slice of view.slicesOf(key)) {
        const reached = await reaches(host, { of: key, exported: view.services.get(key), provider, slice, to })
        for (const [name, each] of Object.entries(reached))
          arrivals.get(name)?.push({ source: provider, slice, reached: bare(each) }) // biome-ignore format: one call
      }
    }
    return arrivals
  }

  /** What is not known of a cluster (yet) stays as it is, unless it is known not to be well and others are. */
  const keeps = (source: string, isHealthy: boolean): boolean =>
    isUnknown(source) && !(isHealthy && doubtOf(clusters.get({ name: source })))

  /** Clusters that are there, and of which it is not known (yet) what they export. */
  const isUnknown = (name: string): boolean => clusters.get({ name }) !== undefined && !views.get(name)?.isFull

  const unknownExporters = (key: Key): readonly string[] =>
    [...views.values()].flatMap(({ imports }) => {
      const there = imports.get(key)
      const { clusters = [] } = (there && isMade(there) && there.status) || {}
      return clusters.map(({ cluster }) => cluster).filter(isUnknown)
    })

  async function settle(key: Key, signal: AbortSignal): Promise<Outcome> {
    const known = [...views.values()].filter(({ isFull }) => isFull)
    const judged = (await Promise.all(known.map((view) => judge(view, key)))).flat()
    const valid = judged.filter(({ verdict }) => verdict.valid)
    const agreed = agree(valid.flatMap(exportedOf(key)))
    const unknown = new Set(unknownExporters(key))
    const consumers = known.filter(({ member }) => member.ready)
    const { from, isHealthy } = sourcesOf(valid, key)
    const homes = consumers.filter((view) => view.hasNamespace(key.namespace ?? ''))
    const arrivals = await arrivalsOf(from, key, homes)
    const taken = homes.filter((view) => isTaken(view, key)).map(({ name }) => name).sort() // biome-ignore format: one chain
    const deadline = AbortSignal.timeout(patienceMs)
    const within = AbortSignal.any([signal, deadline])
    const inTime = (view: View, turn: () => Promise<void>) =>
      timely(view, turn, () => deadline.aborted && !signal.aborted)
    const turns = [
      ...judged.map((each) => inTime(each.view, () => sayOf(each, agreed, taken, within))),
      ...(agreed
        ? homes.map((view) => {
            const delivery = {
              key,
              agreed: { ...agreed, clusters: [...new Set([...agreed.clusters, ...unknown])].sort() },
              arrivals: nearBy(arrivals.get(view.name) ?? [], clusterOf(view), agreed),
              keeps: (source: string) => keeps(source, isHealthy),
              now: host.now(),
            }
            return inTime(view, () => deliver(view, delivery, within))
          })
        : unknown.size > 0
          ? []
          : consumers.map((view) => inTime(view, () => withdraw(view, key, within)))),
    ]
    const outcomes = await Promise.allSettled(turns)
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    const isLate = outcomes.some((outcome) => outcome.status === 'fulfilled' && !outcome.value)
    return unknown.size > 0 || isLate ? again(patienceMs) : done
  }

  /** Whether a member took its turn in time. One that did not is left alone for a while: nobody else waits for it. */
  async function timely(view: View, turn: () => Promise<void>, isLate: () => boolean): Promise<boolean> {
    const now = () => performance.now() // a clock that is set must not put anyone off for hours
    if ((slow.get(view) ?? 0) > now()) return false
    try {
      await turn()
      return true
    } catch (error) {
      if (!isLate()) throw error
      slow.set(view, now() + patienceMs)
      return false
    }
  }

  const hearCluster = ({ before, after, initial }: Change<Cluster>) => {
    if (!initial && wayOf(before) !== wayOf(after)) tellAll()
  }

  const hearBinding = (change: Change<Binding>) => {
    for (const key of withdrawals.concerned(change, exportedIn)) tell(key)
  }

  const exportedIn = (namespace: string): readonly Service[] =>
    [...views.values()].flatMap((view) => view.exports.list(namespace).flatMap((each) => view.services.get(keyOf(each)) ?? [])) // biome-ignore format: one chain

  return host
    .controller('clusterset')
    .hears((add) => {
      enqueue = add
      const ends = [
        withEachMember(host, begin, (cluster) => exportKindOf(cluster) !== undefined),
        clusters.listen(hearCluster),
        host.store(resourceBindingKind).listen(hearBinding),
      ]
      return () => {
        for (const end of ends) end()
      }
    })
    .reconcile((_, key, signal) => spreading.during(key, () => settle(key, signal)))
}

const exportedOf =
  (key: Key) =>
  ({ view, export: exported }: Judged): readonly Exported[] => {
    const found = view.services.get(key)
    return found ? [{ cluster: view.name, export: exported, service: found }] : []
  }

function conditionsOf(
  { valid, reason, message }: service.Exportability,
  agreed: Agreement | undefined,
  but: readonly string[],
): readonly Said[] {
  if (!valid)
    return [
      { type: 'Valid', status: 'False', reason, message },
      { type: 'Ready', status: 'False', reason: 'Failed', message: `it is not exported: ${message}` },
      { type: 'Conflict', status: 'False', reason: 'NoConflicts', message: 'it is not exported' },
    ]
  const except = but.length > 0 ? `, but ${but.join(', ')}: there is a ServiceImport of their own, which is left alone` : '' // biome-ignore format: one expression
  const ready = `every cluster that has the namespace imports it${except}`
  return [
    { type: 'Valid', status: 'True', reason, message },
    { type: 'Ready', status: 'True', reason: 'Exported', message: ready },
    ...(agreed ? [agreed.conflict] : []),
  ]
}
