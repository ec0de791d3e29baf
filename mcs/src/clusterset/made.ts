import { hash } from 'node:crypto'
import {
  controllerReference,
  deepEqual,
  type EndpointSlice,
  endpointSliceKind,
  endpointsOf,
  isFields,
  type Key,
  type Kind,
  keyText,
  type Manifest,
  type ObjectMeta,
  type Service,
  type ServiceImport,
  safeHash,
  type service,
  serviceKind,
  sliceLabel,
  sliceManager,
  withoutKeys,
} from '@flotilla/sdk'
import { onceEach } from '../once-each.ts'
import type { Part } from '../parts.ts'
import type { Agreement } from './agree.ts'

/** On what is made in members for Services of the clusterset, and on nothing else. */
export const madeLabel = 'clusterset.flotilla.dev/managed'

/** Which labels and annotations of an import are exported ones: what is exported no more goes. */
const exportedKeys = 'clusterset.flotilla.dev/exported'

export const isMade = ({ metadata: { labels = {} } }: { readonly metadata: ObjectMeta }): boolean =>
  labels[madeLabel] === 'true'

const inOrder = (_: string, value: unknown): unknown =>
  isFields(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value

const digest = (value: unknown): string => hash('sha256', JSON.stringify(value, inOrder), 'base64')

/** Of a slice that was made in a member, what tells it from another: not the endpoints, which their own cluster has. */
export interface MadeSlice {
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'resourceVersion' | 'labels'>
  readonly digest: string
}

/** The labels by which a slice is found. */
const ours: readonly string[] = [
  sliceLabel.service,
  sliceLabel.managedBy,
  sliceLabel.imported,
  sliceLabel.sourceCluster,
  sliceLabel.headless,
]

type Endpoints = NonNullable<EndpointSlice['endpoints']>

/** How many lists of endpoints are known by their text. */
const lately = 4096

const byText = new Map<string, string>()

/** The same slice comes back from every cluster that got it, in the same words: putting it in order once is enough. */
function digestByText(endpoints: Endpoints): string {
  const text = hash('sha256', JSON.stringify(endpoints), 'base64')
  const found = byText.get(text) ?? digest(endpoints)
  byText.delete(text) // so that it is the newest
  byText.set(text, found)
  const { value: oldest } = byText.keys().next()
  if (byText.size > lately && oldest !== undefined) byText.delete(oldest)
  return found
}

const endpointsDigest = onceEach<Endpoints, string>(digestByText)

/** Nodes and pods are of the cluster the endpoints are in, host names are everybody's. */
const bareEndpoints = onceEach(
  (endpoints: Endpoints): Endpoints =>
    endpoints.map(({ nodeName: _, targetRef: __, hints: ___, ...endpoint }) => endpoint),
)

/** How a slice is reached, without what only its own cluster knows. */
export const bare = onceEach(
  (reached: service.Reached): service.Reached => ({ ...reached, endpoints: bareEndpoints(reached.endpoints ?? []) }),
)

export const digestOf = (slice: EndpointSlice): string => {
  const kept = withoutKeys(slice.metadata.labels, (key) => !ours.includes(key))
  return digest([kept, slice.addressType, endpointsDigest(endpointsOf(slice)), slice.ports ?? []])
}

export function madeSlice(object: unknown): MadeSlice {
  const slice = object as EndpointSlice // what the server keeps under this kind
  const { name, namespace, resourceVersion, labels } = slice.metadata
  const kept = withoutKeys(labels, (key) => !ours.includes(key))
  const metadata = {
    name,
    ...(namespace && { namespace }),
    ...(resourceVersion && { resourceVersion }),
    ...(kept && { labels: kept }),
  }
  return { metadata, digest: digestOf(slice) }
}

export const madeSlices = {
  labelSelector: `${sliceLabel.managedBy}=${sliceManager.clusterset}`,
  project: madeSlice,
}

/** Of a namespace, its name. */
export const namespaceName = (object: unknown): unknown => {
  const { name, resourceVersion, deletionTimestamp } = (object as Manifest).metadata // every object has metadata
  return {
    metadata: { name, ...(resourceVersion && { resourceVersion }), ...(deletionTimestamp && { deletionTimestamp }) },
  }
}

/** Of a Service, what matters to others. */
export function serviceFacts(object: unknown): unknown {
  const { apiVersion, kind, metadata, spec } = object as Service // what the server keeps under this kind
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp, ownerReferences } = metadata
  const made = labels?.[madeLabel] ? labels : undefined
  const kept = { name, namespace, uid, resourceVersion, deletionTimestamp, labels: made, ownerReferences }
  const metadataKept = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined))
  return { apiVersion, kind, metadata: metadataKept, spec: spec ?? {} }
}

const derivedPrefix = 'derived-'

/** The Service that has the address of an import in a cluster. No user would take such a name. */
export const derivedNameOf = (name: string): string => `${derivedPrefix}${safeHash(name)}`

export const isDerivedName = (name: string): boolean => name.startsWith(derivedPrefix)

/** An import as a cluster is to have it. The same as is there when nothing has to change. */
export function wantedImport(
  kind: Kind<ServiceImport>,
  { namespace = '', name }: Key,
  agreed: Agreement,
  ips: readonly string[],
  there?: ServiceImport,
): ServiceImport {
  const before = there?.metadata.annotations?.[exportedKeys]?.split(',') ?? []
  const others = {
    labels: withoutKeys(there?.metadata.labels, (key) => before.includes(key)),
    annotations: withoutKeys(there?.metadata.annotations, (key) => before.includes(key)),
  }
  const exported = [...Object.keys(agreed.labels), ...Object.keys(agreed.annotations)].sort().join(',')
  const wanted: ServiceImport = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      ...(there?.metadata ?? { namespace, name }),
      labels: { ...others.labels, ...agreed.labels, [madeLabel]: 'true' },
      annotations: { ...others.annotations, ...agreed.annotations, [exportedKeys]: exported },
    },
    spec: { ...agreed.spec, ...(ips.length > 0 && { ips }) },
    ...(there?.status && { status: there.status }),
  }
  return there && deepEqual([wanted.metadata, wanted.spec], [there.metadata, there.spec]) ? there : wanted
}

/** The Service with the clusterset addresses of an import in a cluster. The same as is there when nothing has to change. */
export function wantedService(of: ServiceImport, { spec }: Agreement, there?: Service): Service {
  const { namespace, name } = of.metadata
  const { ipFamilies = [], type: _, ports, ...affinity } = spec
  const before = there?.spec?.ports ?? []
  const isSame = deepEqual(before.map(({ name, protocol, port, appProtocol }) => ({ ...(name && { name }), protocol, port, ...(appProtocol && { appProtocol }) })), ports) // biome-ignore format: one comparison
  const { sessionAffinityConfig: __, trafficDistribution: ___, ...others } = there?.spec ?? {} // may be said no more
  const families = ipFamilies.length > 1 ? { ipFamilyPolicy: 'PreferDualStack' } : {}
  const wanted: Service = {
    apiVersion: serviceKind.apiVersion,
    kind: serviceKind.kind,
    metadata: {
      ...(there?.metadata ?? { ...(namespace && { namespace }), name: derivedNameOf(name) }),
      labels: { [madeLabel]: 'true', [sliceLabel.imported]: name },
      ownerReferences: [controllerReference(of)],
    },
    spec: {
      ...others,
      type: 'ClusterIP',
      ...(there ? {} : { ...families, ...(ipFamilies.length > 0 && { ipFamilies }) }),
      ...affinity,
      ports: isSame ? before : ports,
    },
  }
  return there && deepEqual([wanted.metadata, wanted.spec], [there.metadata, there.spec]) ? there : wanted
}

/** A slice, or a part of it, as another cluster gets it: with endpoints as they are to be there. */
export function wantedSlice(
  of: ServiceImport,
  source: string,
  slice: EndpointSlice,
  { id, reached }: Part,
): EndpointSlice {
  const { namespace, name } = of.metadata
  const isHeadless = of.spec?.type === 'Headless'
  const address = keyText({ namespace: source, name: `${slice.metadata.name}/${reached.addressType}${id && `/${id}`}` })
  return {
    apiVersion: endpointSliceKind.apiVersion,
    kind: endpointSliceKind.kind,
    metadata: {
      ...(namespace && { namespace }),
      name: `${name}-${safeHash(address)}`,
      labels: {
        [sliceLabel.imported]: name,
        [sliceLabel.sourceCluster]: source,
        [sliceLabel.managedBy]: sliceManager.clusterset,
        ...(isHeadless ? { [sliceLabel.headless]: '' } : { [sliceLabel.service]: derivedNameOf(name) }),
      },
      ownerReferences: [controllerReference(of)],
    },
    addressType: reached.addressType,
    endpoints: reached.endpoints ?? [],
    ports: reached.ports ?? [],
  }
}
