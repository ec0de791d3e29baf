import {
  annotation,
  type Cluster,
  type Condition,
  type EndpointSlice,
  findCondition,
  keyText,
  label,
  sliceLabel,
  sliceManager,
} from '@flotilla/sdk'
import { derivedNameOf, isMade } from '../clusterset/made.ts'
import { isBrought } from '../slices.ts'
import { arrivedFrom, countOf, type MemberFacts, type ServiceFacts } from './facts.ts'
import type { Missing, ServiceInCluster, ServiceReport, Step } from './report.ts'

const nowhere: MemberFacts = { silent: 'it was not asked', serves: false, hasNamespace: false, slices: [] }

/** An export for the whole set, as opposed to one that a policy brought. */
const exportOf = ({ exported }: MemberFacts) =>
  exported?.metadata.labels?.[label.managed] === 'true' ? undefined : exported

const ownSlices = ({ slices }: MemberFacts): readonly EndpointSlice[] => slices.filter((slice) => !isBrought(slice))

const mirrored = ({ slices }: MemberFacts): readonly EndpointSlice[] =>
  slices.filter(({ metadata: { labels = {} } }) => labels[sliceLabel.managedBy] === sliceManager.clusterset)

const sourceOf = ({ metadata: { labels = {} } }: EndpointSlice): string => labels[sliceLabel.sourceCluster] ?? ''

function exportStep(member: MemberFacts): Step {
  const found = exportOf(member)
  const isOfPolicy = member.exported !== undefined && !found
  if (!found)
    return { done: false, why: isOfPolicy ? 'a policy brought its ServiceExport' : 'there is no ServiceExport' }
  const said = (type: string): Condition | undefined => findCondition(found.status?.conditions, type)
  const [valid, conflict] = [said('Valid'), said('Conflict')]
  if (!valid) return { done: false, why: 'its ServiceExport says nothing yet' }
  if (valid.status !== 'True') return { done: false, why: `${valid.reason}: ${valid.message}` }
  return { done: true, ...(conflict?.status === 'True' && { why: `${conflict.reason}: ${conflict.message}` }) }
}

/** Why a cluster can import nothing; undefined when it can. */
function hindrance(member: MemberFacts, { key }: ServiceFacts): string | undefined {
  if (!member.serves)
    return 'it does not serve ServiceImports: bring it the CustomResourceDefinitions of multicluster.x-k8s.io'
  if (!member.hasNamespace) return `it has no namespace ${key.namespace}`
  const { imported, derived } = member
  if (imported && !isMade(imported)) return 'it has a ServiceImport of its own, which is left alone'
  if (derived && !isMade(derived))
    return `it has a Service ${derivedNameOf(key.name)} of its own, which is left alone: the import gets no address`
  return undefined
}

const networkOf = ({ metadata: { annotations = {} } }: Cluster): string => annotations[annotation.network] ?? ''

function apart(from: Cluster, to: Cluster): string | undefined {
  const isReached = networkOf(from) === networkOf(to) || from.metadata.annotations?.[annotation.gateways]
  if (isReached) return undefined
  const said = [from, to].map((cluster) => networkOf(cluster) || 'the default one').join(' and ')
  return `the two are in different networks, ${said}, and ${from.metadata.name} has no gateways (annotation ${annotation.gateways})`
}

function whyMissing(facts: ServiceFacts, from: Cluster, to: Cluster): string {
  const source = facts.members.get(from.metadata.name) ?? nowhere
  const withdrawn = facts.withdrawn.get(from.metadata.name)
  if (withdrawn) return `withdrawn: ${withdrawn}`
  if (source.silent) return source.silent
  if (countOf(ownSlices(source)).all === 0) return 'it has no endpoints there'
  return apart(from, to) ?? 'they are not there yet'
}

function inCluster(cluster: Cluster, facts: ServiceFacts, sources: readonly Cluster[]): ServiceInCluster {
  const { name } = cluster.metadata
  const member = facts.members.get(name) ?? nowhere
  const withdrawn = facts.withdrawn.get(name)
  const common = { cluster: name, ...(withdrawn && { withdrawn }) }
  if (member.silent) return { ...common, ips: [], endpoints: [], missing: [], silent: member.silent }
  const hinders = hindrance(member, facts)
  const isThere = member.imported !== undefined && isMade(member.imported)
  const endpoints = arrivedFrom(mirrored(member), sourceOf)
  const absent = sources.filter(({ metadata }) => !endpoints.some(({ from }) => from === metadata.name))
  const missing = absent.map(
    (from): Missing => ({
      from: from.metadata.name,
      why: isThere ? whyMissing(facts, from, cluster) : (hinders ?? 'it is not imported yet'),
    }),
  )
  const why = hinders ?? (isThere || sources.length === 0 ? undefined : 'it is not there yet')
  return {
    ...common,
    exported: exportStep(member),
    imported: { done: isThere, ...(why && { why }) },
    ips: isThere ? (member.imported?.spec?.ips ?? []) : [],
    endpoints,
    missing: isThere ? missing : [], // else the import says why
  }
}

/** The clusters that export, as an import says. */
const exportersIn = ({ imported }: MemberFacts): readonly string[] =>
  (imported && isMade(imported) ? imported.status?.clusters : undefined)?.map(({ cluster }) => cluster) ?? []

/** What became of a Service by exports that were written in members; undefined when there are none. */
export function byExports(facts: ServiceFacts): ServiceReport | undefined {
  const { clusters, members, key } = facts
  const known = clusters.filter(({ metadata }) => members.has(metadata.name))
  const of = (cluster: Cluster) => members.get(cluster.metadata.name) ?? nowhere
  const isConcerned = known.some(
    (cluster) => exportOf(of(cluster)) || (of(cluster).imported && mirrored(of(cluster)).length > 0),
  )
  if (!isConcerned) return undefined
  const said = new Set(known.flatMap((cluster) => exportersIn(of(cluster)))) // what one that is silent exported, others say
  const isSource = (cluster: Cluster) =>
    of(cluster).silent ? said.has(cluster.metadata.name) : exportStep(of(cluster)).done
  const sources = known.filter(isSource)
  const notes = sources.length > 0 ? [] : [`no cluster exports ${keyText(key)}: nothing is imported`]
  return { means: 'ServiceExport', clusters: known.map((cluster) => inCluster(cluster, facts, sources)), notes }
}
