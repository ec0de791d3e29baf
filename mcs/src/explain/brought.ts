import {
  annotation,
  type Binding,
  type Cluster,
  type Condition,
  type EndpointSlice,
  endpointSliceKind,
  findCondition,
  type Manifest,
  type ServiceExport,
  type ServiceImport,
  serviceExportKind,
  serviceImportKind,
  serviceKind,
  type Work,
} from '@flotilla/sdk'
import { derivedName } from '../imported-slices.ts'
import { lacks } from '../members.ts'
import { consumersOf, isCrossCluster, providersOf } from '../sides.ts'
import { clusterOfWork, contentOf, type Flow, flowsOf, isCollected, isRecordOfService, sliceOf } from '../slices.ts'
import { doubtOf } from '../withdrawal.ts'
import { arrivedFrom, type ServiceFacts } from './facts.ts'
import type { Missing, ServiceInCluster, ServiceReport, Step } from './report.ts'

const bindingOf = ({ bindings }: ServiceFacts, kind: string, name: string): Binding | undefined =>
  bindings.get(`${kind}/${name}`)

/** Whether something of the control plane is in a cluster. */
function broughtTo(binding: Binding | undefined, cluster: string, what: string): Step {
  if (!binding) return { done: false, why: `no policy brings ${what} anywhere` }
  if (!binding.spec.clusters?.some(({ name }) => name === cluster))
    return { done: false, why: `${what} does not go there` }
  const said = binding.status?.aggregatedStatus?.find(({ clusterName }) => clusterName === cluster)
  if (said?.applied) return { done: true }
  return { done: false, why: said?.appliedMessage || `${what} is not there yet` }
}

const collectedIn = ({ works }: ServiceFacts, cluster: string, flow: Flow): readonly EndpointSlice[] =>
  works
    .filter((work) => isCollected(work) && flowsOf(work).includes(flow) && clusterOfWork(work) === cluster)
    .flatMap((work) => sliceOf(work) ?? [])

const common = (facts: ServiceFacts, cluster: string) => {
  const withdrawn = facts.withdrawn.get(cluster)
  return { cluster, ips: [], ...(withdrawn && { withdrawn }) }
}

/** Why the endpoints of a provider are nowhere else; undefined when nothing stands in their way. */
function notOffered(facts: ServiceFacts, from: string, flow: Flow): string | undefined {
  const withdrawn = facts.withdrawn.get(from)
  if (withdrawn) return `withdrawn: ${withdrawn}`
  return collectedIn(facts, from, flow).length === 0 ? 'nothing was collected there' : undefined
}

/** The Work that brings a slice, and what its cluster says of it. */
const refusedBy = (works: readonly Work[]): string | undefined => {
  const said = works.flatMap(({ status }) => findCondition(status?.conditions, 'Applied') ?? [])
  return said.find(({ status }) => status === 'False')?.message
}

const dispatchedIn = ({ works }: ServiceFacts, cluster: string): readonly Work[] =>
  works.filter(
    (work) =>
      work.metadata.annotations?.[annotation.provisionCluster] !== undefined &&
      clusterOfWork(work) === cluster &&
      !work.metadata.deletionTimestamp,
  )

/** What an object says is not as it should be. */
const troublesOf = ({ conditions = [] }: { readonly conditions?: readonly Condition[] } = {}): readonly string[] =>
  conditions.filter(({ status }) => status === 'False').map(({ type, message }) => `${type}: ${message}`)

const originOf = (work: Work): string => work.metadata.annotations?.[annotation.provisionCluster] ?? ''

function provided(facts: ServiceFacts, cluster: Cluster | undefined, name: string): Step {
  const doubt = cluster ? undefined : doubtOf(cluster)
  if (doubt) return { done: false, why: doubt }
  if (cluster && lacks(cluster, endpointSliceKind)) return { done: false, why: 'it does not serve EndpointSlices' }
  const isAsked = facts.works.some((work) => isRecordOfService(work) && clusterOfWork(work) === name)
  if (!isAsked) return { done: false, why: doubtOf(cluster) ?? 'it is not asked for its endpoints yet' }
  const isThere = collectedIn(facts, name, 'MultiClusterService').length > 0
  return isThere ? { done: true } : { done: false, why: broughtTo(bindingOf(facts, serviceKind.kind, facts.key.name), name, 'the Service').why ?? 'it has no EndpointSlices of the Service' } // biome-ignore format: one answer
}

function consumed(facts: ServiceFacts, name: string, providers: readonly string[]) {
  const works = dispatchedIn(facts, name)
  const there = works.filter(({ status }) => findCondition(status?.conditions, 'Applied')?.status === 'True')
  const endpoints = arrivedFrom(there.flatMap((work) => ({ ...(contentOf(work) as EndpointSlice) })), (slice) => slice.metadata.annotations?.[annotation.provisionCluster] ?? '') // biome-ignore format: one call
  const absent = providers.filter((from) => from !== name && !endpoints.some((each) => each.from === from))
  const missing = absent.map((from): Missing => {
    const refused = refusedBy(works.filter((work) => originOf(work) === from))
    return { from, why: notOffered(facts, from, 'MultiClusterService') ?? refused ?? 'they are not there yet' }
  })
  return { endpoints, missing }
}

/** What became of a Service by a MultiClusterService; undefined when there is none. */
export function byMultiClusterService(facts: ServiceFacts): ServiceReport | undefined {
  const { service, clusters, key } = facts
  if (!service || !isCrossCluster(service.spec)) return undefined
  const all = clusters.map(({ metadata }) => metadata.name)
  const [providers, consumers] = [providersOf(service.spec, all), consumersOf(service.spec, all)]
  const of = bindingOf(facts, serviceKind.kind, key.name)
  const names = [...new Set([...providers, ...consumers])].sort()
  const rows = names.map((name): ServiceInCluster => {
    const cluster = clusters.find(({ metadata }) => metadata.name === name)
    const isConsumer = consumers.includes(name)
    return {
      ...common(facts, name),
      ...(providers.includes(name) && { exported: provided(facts, cluster, name) }),
      ...(isConsumer && { imported: cluster ? broughtTo(of, name, 'the Service') : { done: false, why: doubtOf(cluster) ?? '' } }), // biome-ignore format: one answer
      ...(isConsumer && cluster ? consumed(facts, name, providers) : { endpoints: [], missing: [] }),
    }
  })
  return { means: 'MultiClusterService', clusters: rows, notes: troublesOf(service.status) }
}

const sourceOfImported = ({ metadata }: EndpointSlice): string =>
  (metadata.annotations?.[annotation.workNamespace] ?? '').replace(/^karmada-es-/, '')

function importedIn(facts: ServiceFacts, name: string, sources: readonly string[]) {
  const stepOf = (slice: Manifest) => broughtTo(bindingOf(facts, endpointSliceKind.kind, slice.metadata.name), name, 'its EndpointSlice') // biome-ignore format: one call
  const endpoints = arrivedFrom(
    facts.slices.filter((slice) => stepOf(slice).done),
    sourceOfImported,
  )
  const absent = sources.filter((from) => !endpoints.some((each) => each.from === from))
  const missing = absent.map((from): Missing => {
    const [slice] = facts.slices.filter((each) => sourceOfImported(each) === from)
    const why =
      notOffered(facts, from, 'ServiceExport') ?? (slice ? stepOf(slice).why : 'they are not on the control plane yet')
    return { from, why: why ?? 'they are not there yet' }
  })
  return { endpoints, missing }
}

/** Reasons that follow from what is said of the clusters. */
const ofClusters: readonly string[] = ['Pending', 'Refused', 'Failed']

/** What stands in the way of all of it, such as a name that somebody else has. */
const wrongWith = (object: ServiceExport | ServiceImport | undefined): readonly string[] =>
  troublesOf({ conditions: object?.status?.conditions?.filter(({ reason }) => !ofClusters.includes(reason)) ?? [] })

/** What became of a Service by a ServiceExport and a ServiceImport that policies bring; undefined when there are none. */
export function byPolicies(facts: ServiceFacts): ServiceReport | undefined {
  const { exported, imported, clusters, key } = facts
  if (!exported && !imported) return undefined
  const [out, into] = [serviceExportKind, serviceImportKind].map(({ kind }) => bindingOf(facts, kind, key.name))
  const targets = (binding: Binding | undefined) => (binding?.spec.clusters ?? []).map(({ name }) => name)
  const sources = targets(out)
  const names = [...new Set([...sources, ...targets(into)])].sort()
  const rows = names.map((name): ServiceInCluster => {
    const isTarget = targets(into).includes(name)
    const exportedStep = broughtTo(out, name, 'the ServiceExport')
    const isEmpty = exportedStep.done && collectedIn(facts, name, 'ServiceExport').length === 0
    return {
      ...common(facts, name),
      ...(sources.includes(name) && { exported: { ...exportedStep, ...(isEmpty && { why: 'it has no EndpointSlices of the Service' }) } }), // biome-ignore format: one answer
      ...(isTarget && { imported: broughtTo(into, name, 'the ServiceImport') }),
      ...(isTarget && clusters.some(({ metadata }) => metadata.name === name) ? importedIn(facts, name, sources) : { endpoints: [], missing: [] }), // biome-ignore format: one answer
    }
  })
  const notes = [
    ...(exported ? (out ? [] : ['no policy brings the ServiceExport anywhere']) : ['there is no ServiceExport on the control plane']), // biome-ignore format: one list
    ...(imported ? (into ? [] : ['no policy brings the ServiceImport anywhere']) : ['there is no ServiceImport on the control plane']), // biome-ignore format: one list
    ...(imported?.spec?.type === 'Headless'
      ? [`a headless ServiceImport gets no Service ${derivedName(key.name)}`]
      : []),
  ]
  const said = [
    ...wrongWith(exported).map((words) => `ServiceExport: ${words}`),
    ...wrongWith(imported).map((words) => `ServiceImport: ${words}`),
  ]
  return { means: 'ServiceImport', clusters: rows, notes: [...notes, ...said] }
}
