import { isPropagated } from '@flotilla/core'
import type { ServedKind } from '@flotilla/kube'
import {
  clusterKind,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  groupOf,
  type Kind,
  keyOf,
  label,
  type Manifest,
  type OverridePolicy,
  type PropagationPolicy,
  type ResourceInterpreterCustomization,
  type ResourceSelector,
  resourceBindingKind,
  resourceInterpreterCustomizationKind,
} from '@flotilla/sdk'
import type { Control } from './control.ts'
import { everyItem } from './pages.ts'

/**
 * What a change can reach. A template is decided upon by itself, by policies, by clusters and by the bindings of its own
 * namespace: dependencies and affinity groups never leave it. So a namespace that is read whole, with all that is not in
 * any namespace, holds everything that the answer depends on.
 */
export interface Scope {
  readonly namespaces: ReadonlySet<string>
  /** Cluster-scoped kinds whose templates matter, in whichever version. */
  readonly kinds: ReadonlySet<string>
  /** Every namespace and kind matters. */
  readonly everything: boolean
}

/** A kind as text, the same for all of its versions. */
export const familyText = ({ apiVersion, kind }: Pick<Kind, 'apiVersion' | 'kind'>): string =>
  `${groupOf(apiVersion)}/${kind}`

const nowhere: Scope = { namespaces: new Set(), kinds: new Set(), everything: false }
export const everywhere: Scope = { ...nowhere, everything: true }

const union = (scopes: readonly Scope[]): Scope => ({
  namespaces: new Set(scopes.flatMap(({ namespaces }) => [...namespaces])),
  kinds: new Set(scopes.flatMap(({ kinds }) => [...kinds])),
  everything: scopes.some(({ everything }) => everything),
})

const inNamespaces = (namespaces: Iterable<string | undefined>): Scope => ({
  ...nowhere,
  namespaces: new Set([...namespaces].filter((name) => name !== undefined)),
})

export const covers = ({ namespaces, kinds, everything }: Scope, { apiVersion, kind, metadata }: Manifest): boolean =>
  everything || (metadata.namespace ? namespaces.has(metadata.namespace) : kinds.has(familyText({ apiVersion, kind })))

/** Kinds a change of which can move any template. */
const moveAll = new Set([clusterKind.kind, 'ClusterTaintPolicy', 'ResourceInterpreterWebhookConfiguration'])

const is = (manifest: Manifest, kind: Kind<unknown>): boolean =>
  manifest.kind === kind.kind && groupOf(manifest.apiVersion) === groupOf(kind.apiVersion)

type Selection = Pick<ResourceSelector, 'apiVersion' | 'kind'> & Partial<Pick<ResourceSelector, 'namespace' | 'name'>>

/** Where the objects are that a selector may name. */
async function reachOf({ client, discovery }: Control, selector: Selection, signal: AbortSignal): Promise<Scope> {
  const kind = await discovery.find(selector.apiVersion, selector.kind)
  if (!kind) return nowhere
  if (kind.scope === 'Cluster') return { ...nowhere, kinds: new Set([familyText(kind)]) }
  if (selector.namespace) return inNamespaces([selector.namespace])
  const fieldSelector = selector.name ? `metadata.name=${selector.name}` : undefined
  const found: string[] = []
  for await (const { metadata } of everyItem<Manifest>(client, kind, { fieldSelector, signal }))
    found.push(metadata.namespace ?? '')
  return inNamespaces(found)
}

const reachOfAll = async (control: Control, selectors: readonly Selection[], signal: AbortSignal): Promise<Scope> =>
  union(await Promise.all(selectors.map((selector) => reachOf(control, selector, signal))))

/** Where the templates are that a policy claims. */
async function claimedBy({ client }: Control, { metadata }: PropagationPolicy, signal: AbortSignal): Promise<Scope> {
  const id = metadata.labels?.[label.clusterPropagationPolicyId]
  if (!id) return nowhere
  const labelSelector = `${label.clusterPropagationPolicyId}=${id}`
  const found: (string | undefined)[] = []
  for await (const binding of everyItem(client, resourceBindingKind, { labelSelector, signal }))
    found.push(binding.metadata.namespace)
  return inNamespaces(found)
}

/** What one object reaches, as it is written or as it stands in the control plane. */
async function scopeOf(control: Control, manifest: Manifest, kind: ServedKind | undefined, signal: AbortSignal) {
  if (moveAll.has(manifest.kind) && kind && !isPropagated(kind, {})) return everywhere
  if (is(manifest, clusterPropagationPolicyKind)) {
    const policy = manifest as PropagationPolicy
    const selectors = policy.spec?.resourceSelectors ?? [] // it need not be valid
    return union([await reachOfAll(control, selectors, signal), await claimedBy(control, policy, signal)])
  }
  if (is(manifest, clusterOverridePolicyKind)) {
    const selectors = (manifest as OverridePolicy).spec?.resourceSelectors ?? []
    return selectors.length > 0 ? reachOfAll(control, selectors, signal) : everywhere
  }
  if (is(manifest, resourceInterpreterCustomizationKind)) {
    const target = (manifest as ResourceInterpreterCustomization).spec?.target
    return target ? reachOf(control, target, signal) : nowhere
  }
  if (kind?.scope === 'Cluster') return { ...nowhere, kinds: new Set([familyText(manifest)]) }
  return inNamespaces([manifest.metadata.namespace])
}

/** What the objects reach together: as they are now, and as they are to be. */
export async function scopeFor(control: Control, written: readonly Manifest[], signal: AbortSignal): Promise<Scope> {
  const scopes = written.map(async (manifest) => {
    const kind = await control.discovery.find(manifest.apiVersion, manifest.kind)
    const before = kind && (await control.client.get(kind, keyOf(manifest), { signal }))
    const states = before ? [before, manifest] : [manifest]
    return union(await Promise.all(states.map((state) => scopeOf(control, state, kind, signal))))
  })
  return union(await Promise.all(scopes))
}
