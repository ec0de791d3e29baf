import {
  annotation,
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  done,
  type EndpointSlice,
  endpointSliceKind,
  endpointsOf,
  executionNamespace,
  finalizer,
  type Host,
  type Index,
  type Key,
  keyOf,
  keyText,
  label,
  type MultiClusterService,
  mergedWork,
  multiClusterServiceKind,
  type Outcome,
  reasonOf,
  resourceBindingKind,
  type Service,
  type service,
  serviceKind,
  sliceLabel,
  sliceManager,
  type Work,
  withoutKeys,
  workFor,
  workKind,
  workName,
} from '@flotilla/sdk'
import { hintsFor, placeOf, placesText, prefersNear, type Source, unhinted } from './locality.ts'
import { isReady, lacks } from './members.ts'
import { type Part, partsOf } from './parts.ts'
import { reaches } from './route.ts'
import { consumersOf, isCrossCluster } from './sides.ts'
import {
  clusterOfWork,
  collectedByService,
  flowsOf,
  hasReadyEndpoint,
  isCollected,
  serviceOfSlice,
  sliceOf,
} from './slices.ts'
import type { Spreading } from './spreading.ts'
import { createWithdrawals, doubtOf, used } from './withdrawal.ts'
import { letGo, removeAll, say, writeWork } from './writing.ts'

/** Which part of the slice it is made from a slice is, when that does not fit into one: the end of its name. */
const partAnnotation = 'endpointslice.flotilla.dev/part'

/** Where the slice of a dispatched Work is from. */
const sourceOf = ({ metadata: { annotations } }: Work): string | undefined => annotations?.[annotation.provisionCluster]

/** The Work with the slice as it was collected. */
function originOf(work: Work): Key | undefined {
  const [source, slice] = [sourceOf(work), sliceOf(work)]
  if (!source || !slice) return undefined
  const { [partAnnotation]: part = '' } = slice.metadata.annotations ?? {}
  const name = slice.metadata.name.slice(source.length + 1, part ? -part.length - 1 : undefined)
  const collected = { ...slice, metadata: { ...slice.metadata, name } }
  return { namespace: executionNamespace(source), name: workName(collected) }
}

const byOrigin: Index<Work> = {
  name: 'origin',
  values: (work) => {
    const origin = originOf(work)
    return origin ? [keyText(origin)] : []
  },
}

/** Collected slices that go to the consumers of a MultiClusterService, or went there. */
const isNews = ({ before, after }: Change<Work>): boolean =>
  [before, after].some((work) => work?.metadata.finalizers?.includes(finalizer.endpointSliceDispatch))

const serviceOf = (work: Work): Key | undefined => {
  const slice = isCollected(work) ? sliceOf(work) : undefined
  return slice && serviceOfSlice(slice)
}

/** A slice, or a part of it, as other clusters get it: named after its cluster, and of the Service of its name there. */
export function dispatchedSlice(
  slice: EndpointSlice,
  source: string,
  of: string,
  { id, reached }: Part,
): EndpointSlice {
  const { namespace, name, labels, annotations } = slice.metadata
  const isOfAnother = (key: string) =>
    key.startsWith('resourcetemplate.karmada.io/') || key.startsWith('work.karmada.io/')
  return {
    apiVersion: endpointSliceKind.apiVersion,
    kind: endpointSliceKind.kind,
    metadata: {
      ...(namespace && { namespace }),
      name: id ? `${source}-${name}-${id}` : `${source}-${name}`,
      labels: {
        ...withoutKeys(labels, (key) => key === label.workId || key === label.managed),
        [sliceLabel.service]: of,
        [sliceLabel.managedBy]: sliceManager.dispatched,
      },
      annotations: {
        ...withoutKeys(annotations, isOfAnother),
        [annotation.provisionCluster]: source,
        ...(id && { [partAnnotation]: id }),
      },
    },
    addressType: reached.addressType,
    endpoints: reached.endpoints ?? [],
    ports: reached.ports ?? [],
  }
}

/** The Work that brings a slice to a consumer. */
function dispatchedWork(slice: EndpointSlice, source: string, consumer: string, by: MultiClusterService, there?: Work) {
  const { namespace = '', name } = by.metadata
  const id = there?.metadata.labels?.[label.workId]
  const wanted = workFor({
    cluster: consumer,
    template: slice,
    manifest: slice,
    ...(id !== undefined && { id }),
    origin: { annotations: { [annotation.provisionCluster]: source } },
  })
  const labels = {
    ...wanted.metadata.labels,
    [label.multiClusterServiceNamespace]: namespace,
    [label.multiClusterServiceName]: name,
  }
  const labelled: Work = { ...wanted, metadata: { ...wanted.metadata, labels } }
  return there ? mergedWork(there, labelled) : labelled
}

const hasReady = (work: Work): boolean => {
  const slice = sliceOf(work)
  return slice !== undefined && hasReadyEndpoint(slice)
}

/** Where a Work has ready endpoints; what else changes in it is nobody else's business. */
const textOf = (work: Work | undefined): string | undefined => {
  const slice = work && !work.metadata.deletionTimestamp ? sliceOf(work) : undefined
  return slice && hasReadyEndpoint(slice) ? placesText(endpointsOf(slice)) : undefined
}

/** What of a cluster matters to who gets whose endpoints, and from where. */
const wayOf = (cluster: Cluster | undefined): string =>
  JSON.stringify([isReady(cluster), doubtOf(cluster) === undefined, cluster && placeOf(cluster)])

/** Brings each collected slice of a MultiClusterService to its consumers, but for the cluster it is from. */
export function dispatchController(host: Host, spreading: Spreading): Controller {
  const { event } = host
  const works = host.store(workKind)
  const clusters = host.store(clusterKind)
  const services = host.store(multiClusterServiceKind)
  const templates = host.store(serviceKind)

  const withdrawals = createWithdrawals(host)
  const isReachable = (name: string) => isReady(clusters.get({ name }))
  const isNear = (service: Key) => prefersNear(templates.get(service)?.spec?.trafficDistribution)

  /** The collected slices that are used: those of clusters that are not well only while nobody else is ready. */
  function usedOf(service: Key): readonly Work[] {
    const template = templates.get(service)
    const there = works.by(collectedByService, keyText(service)).filter(({ metadata }) => !metadata.deletionTimestamp)
    return used(there, (work) => !withdrawals.why(clusterOfWork(work), template), hasReady).from
  }

  const placed = (work: Work, slice: Pick<EndpointSlice, 'endpoints'>): readonly Source[] => {
    const cluster = clusters.get({ name: clusterOfWork(work) })
    return cluster ? [{ place: placeOf(cluster), endpoints: endpointsOf(slice) }] : []
  }

  /** A slice as it is reached from a consumer, with hints for who is near where they are wanted. */
  function hinted(work: Work, reached: service.Reached, consumer: string, from: readonly Work[], by: Key) {
    const to = clusters.get({ name: consumer })
    const [own] = placed(work, reached)
    if (!to || !own || !isNear(by)) return unhinted(reached)
    const sources = from.flatMap((each) => placed(each, sliceOf(each) ?? {}))
    return { ...reached, endpoints: hintsFor(placeOf(to), sources)(own) }
  }

  function consumersFor(by: MultiClusterService, source: string): readonly string[] {
    const all = clusters.list().map(({ metadata }) => metadata.name)
    return consumersOf(by.spec, all).filter((name) => {
      const cluster = clusters.get({ name })
      if (!cluster) event(by, 'Warning', 'ClusterNotFound', `Consumer cluster ${name} is not found`)
      else if (name !== source && lacks(cluster, endpointSliceKind))
        event(by, 'Warning', 'APIIncompatible', `Consumer cluster ${name} does not support EndpointSlice`)
      return cluster && name !== source && !cluster.metadata.deletionTimestamp && !lacks(cluster, endpointSliceKind)
    })
  }

  /** Makes the Work of one consumer. One that is not ready keeps what it has, and gets the newest when it is. */
  async function bring(
    slice: EndpointSlice,
    source: string,
    consumer: string,
    by: MultiClusterService,
    signal: AbortSignal,
  ) {
    // biome-ignore format: one line
    const there = works.get({ namespace: executionNamespace(consumer), name: workName(slice) })
    if (there?.metadata.deletionTimestamp) return false // its end is heard of
    if (!there && !isReachable(consumer)) return false
    return writeWork(host, there, dispatchedWork(slice, source, consumer, by, there), signal)
  }

  async function dispatch(work: Work, by: MultiClusterService, collected: EndpointSlice, signal: AbortSignal) {
    const source = clusterOfWork(work)
    const provider = clusters.get({ name: source })
    const from = usedOf(keyOf(by))
    const isUsed = from.some(({ metadata }) => metadata.name === work.metadata.name && metadata.namespace === work.metadata.namespace) // biome-ignore format: one call
    const consumers = isUsed ? consumersFor(by, source) : []
    const to = consumers.flatMap((name) => clusters.get({ name }) ?? [])
    const exported = templates.get(keyOf(by)) // as it is in the provider, too
    const reached = provider ? await reaches(host, { of: keyOf(by), exported, provider, slice: collected, to }) : {}
    const wanted = Object.entries(reached).flatMap(
      ([consumer, each]) =>
      partsOf(hinted(work, each, consumer, from, keyOf(by))).map((part) => ({ consumer, slice: dispatchedSlice(collected, source, by.metadata.name, part) })), // biome-ignore format: one call
    )
    const names = new Set(wanted.map(({ consumer, slice }) => `${consumer}/${workName(slice)}`))
    const brought = works.by(byOrigin, keyText(keyOf(work)))
    const written = await Promise.all(wanted.map(({ consumer, slice }) => bring(slice, source, consumer, by, signal)))
    const left = brought.filter((each) => !names.has(`${clusterOfWork(each)}/${each.metadata.name}`))
    await removeAll(host, workKind, left, signal) // after the others: no endpoint is missed meanwhile
    return written.some((isWritten) => isWritten)
  }

  async function dispatchAndSay(work: Work, by: MultiClusterService, slice: EndpointSlice, signal: AbortSignal) {
    const type = 'EndpointSliceDispatched'
    try {
      const isWritten = await dispatch(work, by, slice, signal)
      const message = 'EndpointSlice are dispatched successfully'
      await say(host, multiClusterServiceKind, by, { type, status: 'True', reason: 'EndpointSliceDispatchedSucceed', message }, signal) // biome-ignore format: one call
      if (isWritten) event(by, 'Normal', 'DispatchEndpointSliceSucceed', message)
    } catch (error) {
      const message = reasonOf(error)
      await say(host, multiClusterServiceKind, by, { type, status: 'False', reason: 'EndpointSliceDispatchedFailed', message }, signal) // biome-ignore format: one call
      event(by, 'Warning', 'DispatchEndpointSliceFailed', message)
      throw error
    }
  }

  const collectedOf = (service: Key) => works.by(collectedByService, keyText(service)).map(keyOf)

  /**
   * A source that comes or goes concerns those of its Service that are withdrawn for it, and where it is ready those for
   * whom nearness counts.
   */
  const siblings = ({ before, after }: Change<Work>): readonly Key[] => {
    const work = (after ?? before) as Work // a change has one or the other
    const service = serviceOf(work)
    if (!service || textOf(before) === textOf(after)) return []
    const template = templates.get(service)
    const others = works.by(collectedByService, keyText(service)).filter((other) => clusterOfWork(other) !== clusterOfWork(work)) // biome-ignore format: one chain
    return others.filter((other) => isNear(service) || withdrawals.why(clusterOfWork(other), template)).map(keyOf)
  }

  const touchedByWork = (change: Change<Work>): readonly Key[] => {
    const { before, after, initial } = change
    const work = (after ?? before) as Work // a change has one or the other
    const origin = !after || after.metadata.deletionTimestamp ? originOf(work) : undefined
    return [...(origin ? [origin] : []), ...(initial ? [] : siblings(change))]
  }

  const touchedByCluster = ({ before, after, initial }: Change<Cluster>): readonly Key[] => {
    if (initial || wayOf(before) === wayOf(after)) return []
    return services.list().flatMap((service) => collectedOf(keyOf(service)))
  }

  const provided = (namespace: string): readonly Service[] =>
    services.list(namespace).flatMap((service) => templates.get(keyOf(service)) ?? [])

  async function settle(work: Work | undefined, key: Key, signal: AbortSignal): Promise<Outcome> {
    const slice = work && sliceOf(work)
    const service = slice && serviceOfSlice(slice)
    const by = service && services.get(service)
    const isWanted = work && !work.metadata.deletionTimestamp && flowsOf(work).includes('MultiClusterService')
    if (isWanted && by && !by.metadata.deletionTimestamp && isCrossCluster(by.spec)) {
      await dispatchAndSay(work, by, slice, signal)
      return done
    }
    await removeAll(host, workKind, works.by(byOrigin, keyText(key)), signal)
    if (work && !isWanted) await letGo(host, workKind, work, finalizer.endpointSliceDispatch, signal)
    return done
  }

  return host
    .controller('dispatch')
    .for(workKind, isNews)
    .watches(workKind, touchedByWork)
    .watches(clusterKind, touchedByCluster)
    .watches(resourceBindingKind, (change) => withdrawals.concerned(change, provided).flatMap(collectedOf))
    .watches(serviceKind, ({ before, after, initial }) =>
      initial || before?.spec?.trafficDistribution === after?.spec?.trafficDistribution
        ? []
        : collectedOf(keyOf((after ?? before) as Service)),
    )
    .watches(multiClusterServiceKind, ({ before, after, initial }) => {
      const isStatusOnly = before && after && before.metadata.generation === after.metadata.generation && before.metadata.deletionTimestamp === after.metadata.deletionTimestamp // biome-ignore format: one condition
      const { namespace = '', name } = (after ?? before as MultiClusterService).metadata // biome-ignore format: a change has one or the other
      return initial || isStatusOnly ? [] : collectedOf({ namespace, name })
    })
    .reconcile((work, key, signal) => spreading.during(key, () => settle(work, key, signal)))
}
