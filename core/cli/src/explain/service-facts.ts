import {
  derivedName,
  derivedNameOf,
  doubtOf,
  leavingOf,
  type MemberFacts,
  type ServiceFacts,
} from '@flotilla/mcs/explain'
import {
  type Binding,
  bindingName,
  type Client,
  type Cluster,
  clusterKind,
  type EndpointSlice,
  endpointSliceKind,
  executionNamespace,
  type Key,
  type Kind,
  label,
  type Manifest,
  multiClusterServiceKind,
  reasonOf,
  resourceBindingKind,
  type Service,
  serviceExportKind,
  serviceExportV1beta1Kind,
  serviceImportKind,
  serviceImportV1beta1Kind,
  serviceKind,
  sliceLabel,
  type Work,
  workKind,
} from '@flotilla/sdk'
import type { Control } from '../plan/control.ts'
import type { Members, Reached } from '../plan/members.ts'
import { everyItem } from '../plan/pages.ts'
import { inTurns } from '../plan/turns.ts'

/** How many clusters, or objects, are asked for at once. */
const atOnce = 16

/** Milliseconds a member has for each list. */
const listPatience = 10_000

const namespaceKind: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }

async function listed<T>(
  client: Client,
  kind: Kind<T>,
  selection: { namespace?: string; labelSelector?: string },
  signal: AbortSignal,
) {
  const found: T[] = []
  for await (const each of everyItem(client, kind, { ...selection, signal })) found.push(each)
  return found
}

const versions = [
  [serviceExportV1beta1Kind, serviceImportV1beta1Kind],
  [serviceExportKind, serviceImportKind],
] as const

/** The version of the API of the SIG that a member serves, the newest first. */
async function servedBy({ discovery }: Reached) {
  for (const pair of versions) if (await discovery.find(pair[0].apiVersion, pair[0].kind)) return pair
  return undefined
}

async function memberFacts(member: Reached, key: Key, signal: AbortSignal): Promise<MemberFacts> {
  const { client } = member
  const { namespace = '', name } = key
  const within = AbortSignal.any([signal, AbortSignal.timeout(listPatience)])
  const kinds = await servedBy(member)
  const ask = <T>(kind: Kind<T>, of: Key) => client.get(kind, of, { signal })
  const slicesOf = (labelSelector: string) => listed(client, endpointSliceKind, { namespace, labelSelector }, within)
  const [space, service, derived, exported, imported, own, mirrored] = await Promise.all([
    ask(namespaceKind, { name: namespace }),
    ask(serviceKind, key),
    ask(serviceKind, { namespace, name: derivedNameOf(name) }),
    kinds && ask(kinds[0], key),
    kinds && ask(kinds[1], key),
    slicesOf(`${sliceLabel.service}=${name}`),
    slicesOf(`${sliceLabel.imported}=${name}`),
  ])
  return {
    serves: kinds !== undefined,
    hasNamespace: space !== undefined,
    ...(service && { service }),
    ...(derived && { derived }),
    ...(exported && { exported }),
    ...(imported && { imported }),
    slices: [...own, ...mirrored],
  }
}

const silence = (error: unknown): MemberFacts => ({
  silent: `it cannot be asked: ${reasonOf(error)}`,
  serves: false,
  hasNamespace: false,
  slices: [],
})

async function allMembers(clusters: readonly Cluster[], members: Members, key: Key, signal: AbortSignal) {
  const asked = await inTurns(clusters, atOnce, async ({ metadata: { name } }) => {
    const facts = await members.ask(name, (member) => memberFacts(member, key, signal)).catch(silence)
    return [name, facts] as const
  })
  return new Map(asked)
}

/** The Works of the flows of a Service: they name it in their labels. */
async function worksOf({ client }: Control, { namespace, name }: Key, signal: AbortSignal): Promise<readonly Work[]> {
  const pairs = [
    [label.multiClusterServiceNamespace, label.multiClusterServiceName],
    [label.sliceServiceNamespace, label.sliceServiceName],
  ] as const
  const found = await Promise.all(pairs.map(([space, of]) => listed(client, workKind, { labelSelector: `${space}=${namespace},${of}=${name}` }, signal))) // biome-ignore format: one call
  return [...new Map(found.flat().map((work) => [work.metadata.uid, work])).values()]
}

async function bindingsOf(
  { client }: Control,
  { namespace = '' }: Key,
  names: readonly (readonly [string, string])[],
  signal: AbortSignal,
) {
  const found = await inTurns(names, atOnce, async ([kind, name]): Promise<readonly [string, Binding][]> => {
    const binding = await client.get(resourceBindingKind, { namespace, name: bindingName(kind, name) }, { signal })
    return binding ? [[`${kind}/${name}`, binding]] : []
  })
  return new Map(found.flat())
}

type Leaver = { readonly binding: Binding; readonly cluster: string }

/** Why the endpoints of the Service in clusters are withdrawn, as far as they are. */
async function withdrawals({ client }: Control, facts: Omit<ServiceFacts, 'withdrawn'>, signal: AbortSignal) {
  const { namespace = '' } = facts.key
  const bindings = await listed(client, resourceBindingKind, { namespace }, signal)
  const leavers = bindings.flatMap((binding) => binding.spec.gracefulEvictionTasks?.map(({ fromCluster }): Leaver => ({ binding, cluster: fromCluster })) ?? []) // biome-ignore format: one chain
  const works = new Map<string, readonly Work[]>()
  for (const cluster of new Set(leavers.map(({ cluster }) => cluster))) works.set(cluster, await listed(client, workKind, { namespace: executionNamespace(cluster) }, signal)) // biome-ignore format: one loop
  const why = (cluster: Cluster): string | undefined => {
    const { name } = cluster.metadata
    const service = facts.members.get(name)?.service ?? facts.template
    const held = new Map(works.get(name)?.map((work) => [work.metadata.name, work]))
    return doubtOf(cluster) ?? (service && leavingOf(leavers.map(({ binding }) => binding), name, service, (work) => held.get(work))) // biome-ignore format: one expression
  }
  return new Map(
    facts.clusters.flatMap((cluster) => {
      const reason = why(cluster)
      return reason ? [[cluster.metadata.name, reason] as const] : []
    }),
  )
}

const typed = <T extends Manifest>({ apiVersion, kind }: Kind<T>, object: T): T => ({ ...object, apiVersion, kind })

/** All that the control plane and its members show of a Service. */
export async function serviceFacts(
  control: Control,
  members: Members,
  key: Key,
  signal: AbortSignal,
): Promise<ServiceFacts> {
  const { client } = control
  const { namespace = '', name } = key
  const ask = <T>(kind: Kind<T>) => client.get(kind, key, { signal })
  const labelSelector = `${sliceLabel.service}=${derivedName(name)}`
  const [clusters, template, service, exported, imported, works, slices] = await Promise.all([
    listed(client, clusterKind, {}, signal),
    ask<Service>(serviceKind),
    ask(multiClusterServiceKind),
    ask(serviceExportKind),
    ask(serviceImportKind),
    worksOf(control, key, signal),
    listed<EndpointSlice>(client, endpointSliceKind, { namespace, labelSelector }, signal),
  ])
  const own = [serviceKind.kind, serviceExportKind.kind, serviceImportKind.kind].map((kind) => [kind, name] as const)
  const ofSlices = slices.map(({ metadata }) => [endpointSliceKind.kind, metadata.name] as const)
  const facts = {
    key,
    clusters: clusters
      .map((cluster) => typed(clusterKind, cluster))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    members: await allMembers(clusters, members, key, signal),
    ...(template && { template }),
    ...(service && { service }),
    ...(exported && { exported }),
    ...(imported && { imported }),
    bindings: await bindingsOf(control, key, [...own, ...ofSlices], signal),
    works,
    slices,
  }
  return { ...facts, withdrawn: await withdrawals(control, facts, signal) }
}
