import {
  type Cluster,
  deepEqual,
  type EndpointSlice,
  endpointSliceKind,
  type Key,
  keyOf,
  keyText,
  type Service,
  type ServiceImport,
  type ServiceImportStatus,
  type service,
  serviceKind,
  setCondition,
  sliceLabel,
} from '@flotilla/sdk'
import { partsOf } from '../parts.ts'
import { isNew } from '../writing.ts'
import type { Agreement } from './agree.ts'
import { derivedNameOf, digestOf, isMade, wantedImport, wantedService, wantedSlice } from './made.ts'
import { bySourced, type View } from './view.ts'

/** A slice as a consumer reaches it. */
export interface Arrival {
  readonly source: Cluster
  readonly slice: EndpointSlice
  readonly reached: service.Reached
}

/** What a consumer is to have of a Service. */
export interface Delivery {
  readonly key: Key
  readonly agreed: Agreement
  readonly arrivals: readonly Arrival[]
  /** Whether the slices of a cluster stay as they are, for nobody knows better. */
  readonly keeps: (source: string) => boolean
  readonly now: Date
}

/** Whether a cluster has an import of its own making: nothing of it is touched. */
export const isTaken = (view: View, key: Key): boolean => {
  const there = view.imports.get(key)
  return there !== undefined && !isMade(there)
}

const addressesOf = ({ spec }: Service): readonly string[] =>
  (spec?.clusterIPs ?? [spec?.clusterIP ?? '']).filter((address) => address && address !== 'None')

const derivedOf = (view: View, { namespace, name }: Key): Service | undefined =>
  view.services.get({ ...(namespace && { namespace }), name: derivedNameOf(name) })

/** Takes away what was made for a Service that nobody exports any more. */
export async function withdraw(view: View, key: Key, signal: AbortSignal): Promise<void> {
  const { client } = view.member
  const there = view.imports.get(key)
  for (const { metadata } of view.made.by(bySourced, keyText(key))) await client.delete(endpointSliceKind, metadata, { signal }) // biome-ignore format: one call
  const derived = derivedOf(view, key)
  if (derived && isMade(derived)) await client.delete(serviceKind, keyOf(derived), { signal })
  if (there && isMade(there)) await client.delete(view.importKind, key, { signal })
}

/** Makes a member have the Service: an import, the Service with its address, and the endpoints. */
export async function deliver(view: View, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const { key, agreed } = delivery
  if (isTaken(view, key)) return
  const derived = derivedOf(view, key)
  const isFree = !derived || isMade(derived)
  const ips = derived && isFree && agreed.spec.type === 'ClusterSetIP' ? addressesOf(derived) : []
  const kept = await keepImport(view, delivery, isFree ? ips : undefined, signal)
  if (agreed.spec.type === 'ClusterSetIP') {
    if (isFree) await keepService(view, kept, agreed, derived, signal)
  } else if (derived && isFree) await view.member.client.delete(serviceKind, keyOf(derived), { signal })
  await keepSlices(view, kept, delivery, signal)
}

/** Without addresses there will be none: somebody has the Service that would give them. */
async function keepImport(
  view: View,
  { key, agreed, now }: Delivery,
  ips: readonly string[] | undefined,
  signal: AbortSignal,
) {
  const { member, importKind } = view
  const there = view.imports.get(key)
  const wanted = wantedImport(importKind, key, agreed, ips ?? [], there)
  const kept = wanted === there ? there : await (there ? member.client.update(importKind, wanted, { signal }) : member.client.create(importKind, wanted, { signal })) // biome-ignore format: one expression
  const pending = ips
    ? 'it has no address yet'
    : `the cluster has a Service ${derivedNameOf(key.name)} of its own; without that, the import gets an address`
  const status = statusOf(kept, agreed, pending, now)
  if (deepEqual(status, kept.status)) return kept
  return member.client.update(importKind, { ...kept, status }, { subresource: 'status', signal })
}

function statusOf(
  { spec, status }: ServiceImport,
  { clusters }: Agreement,
  pending: string,
  now: Date,
): ServiceImportStatus {
  const isReady = spec?.type === 'Headless' || (spec?.ips?.length ?? 0) > 0
  const ready = isReady
    ? ({ status: 'True', reason: 'Ready', message: 'the Service can be used' } as const)
    : ({ status: 'False', reason: 'Pending', message: pending } as const)
  return {
    ...status,
    clusters: clusters.map((cluster) => ({ cluster })),
    endpointSliceObjects: 'Present',
    conditions: setCondition(status?.conditions, { type: 'Ready', ...ready }, now),
  }
}

async function keepService(
  { member: { client } }: View,
  of: ServiceImport,
  agreed: Agreement,
  there: Service | undefined,
  signal: AbortSignal,
): Promise<void> {
  const wanted = wantedService(of, agreed, there)
  if (wanted === there) return
  await (there ? client.update(serviceKind, wanted, { signal }) : client.create(serviceKind, wanted, { signal }))
}

/** Only slices that changed are written. */
async function keepSlices(view: View, of: ServiceImport, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const { client } = view.member
  const wanted = delivery.arrivals.flatMap(({ source, slice, reached }) =>
    partsOf(reached).map((part) => wantedSlice(of, source.metadata.name, slice, part)),
  )
  const names = new Set(wanted.map(({ metadata }) => metadata.name))
  for (const slice of wanted) {
    const there = view.made.get(keyOf(slice))
    if (there?.digest === digestOf(slice)) continue
    const { resourceVersion } = there?.metadata ?? {}
    const metadata = { ...slice.metadata, ...(resourceVersion && { resourceVersion }) }
    if (there) await client.update(endpointSliceKind, { ...slice, metadata }, { signal })
    else await isNew(client.create(endpointSliceKind, slice, { signal })) // nobody else takes such a name
  }
  for (const { metadata } of view.made.by(bySourced, keyText(delivery.key))) {
    const source = metadata.labels?.[sliceLabel.sourceCluster] ?? ''
    if (!names.has(metadata.name) && !delivery.keeps(source)) await client.delete(endpointSliceKind, metadata, { signal }) // biome-ignore format: one call
  }
}
