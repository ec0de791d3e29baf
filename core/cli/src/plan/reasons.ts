import { besides, type Config, claimOf, isPropagated, stages, targetsOf } from '@flotilla/core'
import { createDiscovery, type ServedKind } from '@flotilla/kube'
import {
  type Ask,
  type Binding,
  type Client,
  type Cluster,
  clusterKind,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  findCondition,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  type OverridePolicy,
  overridePolicyKind,
  propagationPolicyKind,
  type Reference,
  reasonOf,
} from '@flotilla/sdk'
import type { Decided, State } from './state.ts'

const eventKind: Kind<Event> = { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' }

interface Event extends Manifest {
  readonly involvedObject: { readonly kind: string; readonly namespace?: string; readonly name: string }
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

const version = ({ metadata }: Event): number => Number(metadata.resourceVersion)

const isAbout = ({ involvedObject }: Event, { kind, namespace, name }: Subject): boolean =>
  involvedObject.kind === kind && involvedObject.name === name && (involvedObject.namespace ?? '') === (namespace ?? '')

type Subject = Omit<Reference, 'apiVersion'>

/** A binding is complained of under its own name or its template's. */
const aboutOf = ({ template, binding }: Decided): readonly Subject[] =>
  binding ? [template, { kind: binding.kind, ...keyOf(binding) }] : [template]

const textOf = ({ involvedObject, reason, message }: Event): string =>
  JSON.stringify([involvedObject.kind, involvedObject.namespace, involvedObject.name, reason, message])

/** What these say is found out for each cluster. */
const ofRendering: ReadonlySet<string> = new Set(['SyncWorkFailed', 'ApplyOverridePolicyFailed'])

/** What was complained about and has not gone well since. */
function complaints(events: readonly Event[]): readonly Event[] {
  const last = new Map<string, Event>()
  for (const event of events.toSorted((a, b) => version(a) - version(b))) {
    const { kind, namespace = '', name } = event.involvedObject
    last.set([kind, namespace, name, event.reason.replace(/(Failed|Succeed)$/, '')].join('|'), event)
  }
  return [...last.values()].filter(({ type }) => type === 'Warning')
}

/** What explains decisions: all of it said by the pipeline, or asked of it. */
export interface Witness {
  readonly ask: Ask
  readonly client: Client
  readonly config: Config
  readonly events: readonly Event[]
  readonly clusters: ReadonlyMap<string, Cluster>
  readonly overrides: readonly OverridePolicy[]
  readonly kind: (at: Pick<Reference, 'apiVersion' | 'kind'>) => Promise<ServedKind | undefined>
}

export async function witnessOf(client: Client, ask: Ask, config: Config): Promise<Witness> {
  const discovery = createDiscovery(client)
  const [events, clusters, own, clusterWide] = await Promise.all([
    client.list(eventKind),
    client.list(clusterKind),
    client.list(overridePolicyKind),
    client.list(clusterOverridePolicyKind),
  ])
  return {
    ask,
    client,
    config,
    events: events.items,
    clusters: new Map(clusters.items.map((cluster) => [cluster.metadata.name, cluster])),
    overrides: [...clusterWide.items, ...own.items],
    kind: ({ apiVersion, kind }) => discovery.find(apiVersion, kind),
  }
}

/** Why nobody places a template. */
export async function whyUnbound(
  witness: Pick<Witness, 'ask' | 'client' | 'config'>,
  kind: ServedKind,
  template: Manifest,
): Promise<string> {
  const { ask, client, config } = witness
  if (!isPropagated(kind, config)) return 'objects of this kind are not propagated'
  if (besides(config)(template)) return 'objects of this namespace are not propagated'
  const { namespace } = template.metadata
  const own = namespace ? (await client.list(propagationPolicyKind, { namespace })).items : []
  const clusterWide = (await client.list(clusterPropagationPolicyKind)).items
  const found = await stages.match(ask, { template, scopes: [own, clusterWide] })
  if (!found) return 'no policy selects it'
  const name = `${found.kind} ${keyText(keyOf(found))}`
  return found.spec.activationPreference === 'Lazy'
    ? `${name} selects it, and waits for its next change (activationPreference: Lazy)`
    : `${name} selects it, and has not claimed it`
}

/** What a binding says of its way from the template to its clusters. */
const conditions = ['PolicyApplied', 'DependenciesRecorded', 'Scheduled']

/** Whether this control plane schedules what names a scheduler. */
const isScheduledHere = (config: Config, name: string): boolean =>
  name === config.schedulerName || config.schedulerProfiles.some(({ schedulerName }) => schedulerName === name)

const said = ({ status, spec }: Binding, { config }: Witness): readonly string[] => {
  const wrong = conditions.flatMap((type) => findCondition(status?.conditions, type) ?? [])
  const { schedulerName = config.schedulerName, suspension } = spec
  return [
    ...wrong.filter((condition) => condition.status === 'False').map(({ message }) => message),
    ...(suspension?.scheduling ? ['scheduling is suspended'] : []),
    ...(schedulerName && !isScheduledHere(config, schedulerName)
      ? [`it is left to the scheduler ${schedulerName}`]
      : []),
  ]
}

/** Whether somebody places a template: a policy, those that need it, or a plugin. */
const isHeld = ({ binding }: Decided): boolean =>
  !binding || claimOf(binding) !== undefined || (binding.spec.requiredBy?.length ?? 0) > 0

/** Why a template does not land where it should, or does not land at all; nothing when all is well. */
export async function reasonsFor(
  witness: Witness,
  kind: ServedKind | undefined,
  template: Manifest | undefined,
  decided: Decided | undefined,
): Promise<readonly string[]> {
  if (!template || !kind) return []
  const about = decided ? aboutOf(decided) : [{ kind: template.kind, ...keyOf(template) }]
  const heard = complaints(witness.events)
    .filter((event) => !ofRendering.has(event.reason) && about.some((one) => isAbout(event, one)))
    .map(({ message }) => message)
  const own = decided?.binding && isHeld(decided) ? said(decided.binding, witness) : []
  const why = [...new Set([...heard, ...own.filter((each) => !heard.some((text) => text.includes(each)))])]
  return why.length > 0 || (decided && isHeld(decided)) ? why : [await whyUnbound(witness, kind, template)]
}

/** Why a cluster gets no Work, or keeps an old one: what rendering says when it is asked once more. */
export async function renderRefusal(
  { ask, clusters, overrides }: Witness,
  template: Manifest,
  { binding }: Decided,
  name: string,
): Promise<string | undefined> {
  const target = binding && targetsOf(binding).find((each) => each.name === name)
  if (!target) return undefined
  const cluster = clusters.get(name)
  if (!cluster) return `there is no cluster ${name}`
  try {
    await stages.render(ask, { binding, template, target, cluster, policies: overrides })
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** The templates about which, or about whose binding, something new is complained of. */
export function complainedOf(before: Witness, after: Witness, state: State): readonly Reference[] {
  const known = new Set(complaints(before.events).map(textOf))
  const news = complaints(after.events).filter((event) => !known.has(textOf(event)))
  return [...state.values()]
    .filter((decided) => news.some((event) => aboutOf(decided).some((one) => isAbout(event, one))))
    .map(({ template }) => template)
}
