import {
  annotation,
  type Binding,
  bindingName,
  type Condition,
  clusterOfNamespace,
  type EndpointSlice,
  endpointsOf,
  findCondition,
  label,
  type Manifest,
  multiClusterServiceKind,
  serviceExportKind,
  serviceImportKind,
  sliceLabel,
  sliceManager,
  type Work,
} from '@flotilla/sdk'
import type { Model } from './model.ts'
import { type Sides, services, ways } from './shop.ts'
import type { Counter, ShopSight } from './shop-look.ts'

export interface ShopCase {
  readonly model: Model
  readonly shop: ShopSight
  readonly isUp: (cluster: string) => boolean
}

type Said = { readonly conditions?: readonly Condition[] } | undefined

const conditionOf = (object: Manifest | undefined, type: string): Condition | undefined =>
  findCondition((object?.status as Said)?.conditions, type)

const labelOf = ({ metadata: { labels } }: Manifest, key: string): string => labels?.[key] ?? ''

const isManaged = (object: Manifest): boolean => labelOf(object, label.managed) === 'true'

const addressesIn = (slices: readonly EndpointSlice[]): string =>
  slices.flatMap((slice) => endpointsOf(slice).flatMap(({ addresses }) => addresses)).sort().join(' ') // biome-ignore format: one chain

const named = <T extends Manifest>(objects: readonly T[], name: string): T | undefined =>
  objects.find(({ metadata }) => metadata.name === name)

const held = ({ shop }: ShopCase, cluster: string): Counter =>
  shop.members.get(cluster) ?? { hasNamespace: false, services: [], slices: [], exports: [], imports: [] }

/**
 * The endpoints of a cluster that others have: its own; none once it is gone, or while it is not reached and another of the
 * sources is, with an endpoint. While there is none, what was last known may stay.
 */
function* arrivalIsRight(
  { model, isUp }: ShopCase,
  service: string,
  from: string,
  sources: readonly string[],
  found: readonly EndpointSlice[],
  where: string,
) {
  // biome-ignore format: one question
  const there = addressesIn(found)
  const own = [...model.shop.endpoints(from, service)].sort().join(' ')
  const isKnown = model.clusters.has(from) && sources.includes(from)
  const isElsewhere = sources.some((name) => model.clusters.has(name) && isUp(name) && model.shop.endpoints(name, service).length > 0) // biome-ignore format: one chain
  if (isKnown && isUp(from)) {
    if (there !== own) yield `${where} has [${there}] of ${service} from ${from}, not [${own}]`
  } else if (there !== '' && (!isKnown || isElsewhere)) yield `${where} still has [${there}] of ${service} from ${from}`
}

const clustersOf = (binding: Binding | undefined): readonly string[] =>
  (binding?.spec.clusters ?? []).map(({ name }) => name)

/** A MultiClusterService brings its Service and the endpoints of its providers to its consumers, and nothing elsewhere. */
function* multiIsRight(given: ShopCase, name: string) {
  const { model, shop, isUp } = given
  const { from, to }: Sides = model.shop.multi.get(name) ?? { from: [], to: [] }
  const object = named(shop.multi, name)
  const isWanted = model.shop.multi.has(name)
  if (!isWanted && object) yield `MultiClusterService ${name} is there, deleted as it is: ${object.metadata.finalizers}`
  if (isWanted && !object) yield `MultiClusterService ${name} is not there`
  const isOpen = (cluster: string) => model.clusters.get(cluster)?.isCordoned === false // no Service goes to others
  if (isWanted && [...from, ...to].every((each) => isOpen(each) && isUp(each))) {
    const applied = conditionOf(object, 'ServiceApplied')
    if (applied?.status !== 'True') yield `MultiClusterService ${name} is not applied: ${applied?.message}`
  }
  for (const cluster of [...model.clusters.keys()].filter(isUp)) {
    const { services, slices } = held(given, cluster)
    const isThere = named(services, name) !== undefined
    const isMeant = from.includes(cluster) || to.includes(cluster)
    if (isThere !== isMeant && (isThere || isOpen(cluster)))
      yield `${cluster} ${isThere ? 'has' : 'does not have'} Service ${name}`
    const brought = slices.filter((slice) => labelOf(slice, sliceLabel.service) === name && labelOf(slice, sliceLabel.managedBy) === sliceManager.dispatched) // biome-ignore format: one chain
    const arrived = Map.groupBy(brought, ({ metadata }) => metadata.annotations?.[annotation.provisionCluster] ?? '')
    const others = from.filter((each) => each !== cluster)
    const sources = to.includes(cluster) ? from : []
    for (const source of new Set([...arrived.keys(), ...(to.includes(cluster) ? others : [])]))
      yield* arrivalIsRight(given, name, source, sources, arrived.get(source) ?? [], cluster)
  }
}

/** What members export themselves, every member imports: with the endpoints of all. */
function* ownIsRight(given: ShopCase, name: string) {
  const { model, isUp } = given
  const known = [...model.clusters.keys()]
  const exporters = known.filter((cluster) => model.shop.exporters(name).has(cluster))
  const isAllKnown = known.every(isUp)
  for (const cluster of known.filter((name) => isUp(name) && held(given, name).hasNamespace)) {
    const { imports, slices, exports } = held(given, cluster)
    const imported = named(imports, name)
    const mirrored = slices.filter((slice) => labelOf(slice, sliceLabel.imported) === name)
    const arrived = Map.groupBy(mirrored, (slice) => labelOf(slice, sliceLabel.sourceCluster))
    const upExporters = exporters.filter(isUp)
    if (upExporters.length > 0 && !imported) yield `${cluster} does not import ${name}`
    for (const source of upExporters) yield* arrivalIsRight(given, name, source, exporters, arrived.get(source) ?? [], cluster) // biome-ignore format: one call
    if (exporters.includes(cluster) && conditionOf(named(exports, name), 'Ready')?.status !== 'True')
      yield `${cluster} does not say that ${name} is exported`
    if (!isAllKnown) continue // what is not known stays
    if (exporters.length === 0 && imported) yield `${cluster} imports ${name}, which nobody exports`
    const said = (imported?.status?.clusters ?? []).map((each) => each.cluster).sort()
    if (imported && said.join() !== exporters.toSorted().join()) yield `${cluster} imports ${name} from ${said}`
    for (const source of arrived.keys()) if (!exporters.includes(source)) yield `${cluster} has endpoints of ${name} from ${source}` // biome-ignore format: one line
  }
}

/** What policies export is on the control plane, and where they import it. Where they bring things is for other laws. */
function* carriedIsRight(given: ShopCase, name: string) {
  const { model, shop, isUp } = given
  const isWanted = model.shop.carried.has(name)
  const bound = (kind: string) => clustersOf(named(shop.bindings, bindingName(kind, name)))
  const [from, to] = [bound(serviceExportKind.kind), bound(serviceImportKind.kind)]
  const derived = `derived-${name}`
  const here = shop.slices.filter((slice) => labelOf(slice, sliceLabel.service) === derived)
  const arrived = Map.groupBy(here, ({ metadata }) => clusterOfNamespace(metadata.annotations?.[annotation.workNamespace]) ?? '') // biome-ignore format: one call
  for (const source of new Set([...arrived.keys(), ...from]))
    yield* arrivalIsRight(given, name, source, from, arrived.get(source) ?? [], 'the control plane')
  if ((named(shop.services, derived) !== undefined) !== isWanted) yield `Service ${derived} is ${isWanted ? 'not ' : ''}there` // biome-ignore format: one line
  const says = conditionOf(named(shop.imports, name), 'Ready')
  const isUsable = isWanted && here.length > 0 && [...from, ...to].every(isUp) && to.length > 0
  if (isUsable && says?.status !== 'True') yield `ServiceImport ${name} is not said to be ready: ${says?.message}`
  for (const cluster of [...model.clusters.keys()].filter(isUp)) {
    const { services, slices } = held(given, cluster)
    const isMeant = to.includes(cluster)
    if ((named(services, derived) !== undefined) !== isMeant) yield `${cluster} ${isMeant ? 'does not have' : 'has'} Service ${derived}` // biome-ignore format: one line
    const there = slices.filter((slice) => labelOf(slice, sliceLabel.service) === derived)
    const wanted = isMeant ? addressesIn(here) : ''
    if (addressesIn(there) !== wanted) yield `${cluster} has [${addressesIn(there)}] of ${derived}, not [${wanted}]`
  }
}

const aboutOf = ({ spec, metadata: { labels = {} } }: Work): string => {
  const [content] = spec.workload?.manifests ?? []
  const said = labels[label.multiClusterServiceName] ?? labels[label.sliceServiceName]
  if (said) return said
  const isOfSlice = content?.kind !== multiClusterServiceKind.kind && content?.metadata.labels?.[sliceLabel.service]
  return (isOfSlice || content?.metadata.name || '').replace(/^derived-/, '')
}

/** No Work is left of what users took back, where that can be done. */
function* nothingIsLeft({ model, shop, isUp }: ShopCase) {
  const wanted = new Set([...model.shop.multi.keys(), ...model.shop.carried.keys()])
  for (const work of shop.works) {
    const cluster = clusterOfNamespace(work.metadata.namespace) ?? ''
    if (isUp(cluster) && !wanted.has(aboutOf(work))) yield `Work ${cluster}/${work.metadata.name} of ${aboutOf(work)} is nobody's` // biome-ignore format: one line
  }
  for (const { metadata } of shop.bindings) {
    if (![...wanted].some((name) => metadata.name.includes(name))) yield `binding ${metadata.name} is nobody's`
  }
}

/** What comes along with an import goes where the import goes, and is nowhere else. */
function* companionsAreRight({ shop, isUp }: ShopCase) {
  for (const { metadata, spec } of shop.bindings) {
    for (const { name, clusters = [] } of spec.requiredBy ?? []) {
      const by = clustersOf(named(shop.bindings, name))
      if (by.toSorted().join() !== clusters.map((each) => each.name).sort().join()) yield `binding ${metadata.name} does not follow ${name} to ${by}` // biome-ignore format: one line
    }
    const targets = new Set([...clustersOf({ spec } as Binding), ...(spec.requiredBy ?? []).flatMap(({ clusters = [] }) => clusters.map(({ name }) => name))]) // biome-ignore format: one set
    const works = shop.works.filter((work) => labelOf(work, label.bindingId) !== '' && labelOf(work, label.bindingId) === metadata.labels?.[label.bindingId]) // biome-ignore format: one chain
    for (const work of works) {
      const cluster = clusterOfNamespace(work.metadata.namespace) ?? ''
      if (!targets.has(cluster) && isUp(cluster)) yield `binding ${metadata.name} has a Work in ${cluster}, where it does not go` // biome-ignore format: one line
    }
  }
}

/** What is not as it should be with Services across clusters, a sentence each. */
export function* shopLaws(given: ShopCase): Generator<string> {
  for (const name of ways.multi) yield* multiIsRight(given, name)
  for (const name of ways.own) yield* ownIsRight(given, name)
  for (const name of ways.carried) yield* carriedIsRight(given, name)
  yield* nothingIsLeft(given)
  yield* companionsAreRight(given)
  for (const [cluster, { slices }] of given.shop.members)
    for (const service of services) {
      const own = slices.find(({ metadata }) => metadata.name === `${service}-x`)
      const said = given.model.shop.endpoints(cluster, service)
      if (own && addressesIn([own]) !== [...said].sort().join(' '))
        yield `${cluster}'s own slice of ${service} is changed`
      if (own && isManaged(own)) yield `${cluster}'s own slice of ${service} was taken over`
    }
}
