import {
  type Ask,
  type Binding,
  type BindingSpec,
  bindingName,
  clusterExpressionKeys,
  clusterResourceBindingKind,
  controllerReference,
  finalizer,
  interpret,
  type Key,
  type Kind,
  keyOf,
  type Manifest,
  type ObjectMeta,
  type OwnerReference,
  type PropagationPolicy,
  resourceBindingKind,
  type WorkloadAffinity,
} from '@flotilla/sdk'
import { claimBy, withClaim } from '../../manifest/claim.ts'
import { fingerprint } from '../../manifest/content.ts'

export interface BindInput {
  readonly template: Manifest
  readonly policy: PropagationPolicy
  /** The binding as it is, with what other stages wrote into it. */
  readonly existing?: Binding
  /** The value of the priority class the policy names. */
  readonly priority?: number
}

/** Tells which content of the template a binding was last brought up to. */
export const templateAnnotation = 'binding.flotilla.dev/template'

/** The kind of the binding of a template: as namespaced as the template is. */
export const bindingKindOf = ({ metadata }: Manifest): Kind<Binding> =>
  metadata.namespace ? resourceBindingKind : clusterResourceBindingKind

/** The key of the binding of a template. */
export const bindingKeyOf = ({ kind, metadata: { namespace, name } }: Manifest): Key =>
  keyOf({ metadata: { namespace, name: bindingName(kind, name) } })

/** Without the keys that say nothing. */
export const compact = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T // only optional keys go

const withOwner = (owners: readonly OwnerReference[] = [], owner: OwnerReference): readonly OwnerReference[] =>
  owners.some(({ uid }) => uid === owner.uid) ? owners : [...owners, owner]

const withName = (names: readonly string[] = [], name: string): readonly string[] =>
  names.includes(name) ? names : [...names, name]

/**
 * The parts of a binding that speak of its template. The resourceVersion moves when the template's content does: a new
 * status of the template is no reason to schedule and render again.
 */
export function referTo(
  template: Manifest,
  existing: Binding | undefined,
): { readonly metadata: ObjectMeta; readonly resource: BindingSpec['resource'] } {
  const { apiVersion, kind, metadata } = template
  const print = fingerprint(template)
  const isKnown =
    existing?.metadata.annotations?.[templateAnnotation] === print && existing.spec.resource.uid === metadata.uid
  const resourceVersion = isKnown ? existing.spec.resource.resourceVersion : metadata.resourceVersion
  const { namespace, uid } = metadata
  const own = namespace ? finalizer.binding : finalizer.clusterBinding
  return {
    metadata: compact({
      ...existing?.metadata,
      namespace,
      name: bindingName(kind, metadata.name),
      annotations: { ...existing?.metadata.annotations, [templateAnnotation]: print },
      finalizers: withName(existing?.metadata.finalizers, own),
      ownerReferences: withOwner(existing?.metadata.ownerReferences, controllerReference(template)),
    }),
    resource: compact({ apiVersion, kind, namespace, name: metadata.name, uid, resourceVersion }),
  }
}

const groupBy = (key: string | undefined, { metadata: { labels } }: Manifest): string | undefined => {
  const value = key === undefined ? undefined : labels?.[key]
  return value ? `${key}=${value}` : undefined
}

function affinityGroups(
  affinity: WorkloadAffinity | undefined,
  template: Manifest,
): BindingSpec['workloadAffinityGroups'] {
  const affinityGroup = groupBy(affinity?.affinity?.groupByLabelKey, template)
  const antiAffinityGroup = groupBy(affinity?.antiAffinity?.groupByLabelKey, template)
  return affinityGroup || antiAffinityGroup ? compact({ affinityGroup, antiAffinityGroup }) : undefined
}

/** The expressions by which the policy chooses among clusters travel with the binding, and go when the policy has none. */
function withExpressions(metadata: ObjectMeta, { metadata: { annotations = {} } }: PropagationPolicy): ObjectMeta {
  const own = Object.entries(metadata.annotations ?? {}).filter(([key]) => !isExpression(key))
  const chosen = Object.entries(annotations).filter(([key, text]) => isExpression(key) && text !== '')
  return { ...metadata, annotations: Object.fromEntries([...own, ...chosen]) }
}

const isExpression = (key: string): boolean => clusterExpressionKeys.some((each) => each === key)

/** What the policy says of a binding. What other stages say of its suspension stays. */
function demands({ template, policy: { spec }, existing, priority }: BindInput): Omit<BindingSpec, 'resource'> {
  const scheduling = existing?.spec.suspension?.scheduling
  return {
    propagateDeps: spec.propagateDeps ?? spec.association,
    placement: spec.placement ?? {}, // without one it would be a binding of a dependency
    schedulerName: spec.schedulerName,
    failover: spec.failover,
    conflictResolution: spec.conflictResolution ?? 'Abort',
    preserveResourcesOnDeletion: spec.preserveResourcesOnDeletion,
    suspension: spec.suspension || scheduling !== undefined ? compact({ ...spec.suspension, scheduling }) : undefined,
    schedulePriority: priority === undefined ? undefined : { priority },
    workloadAffinityGroups: template.metadata.namespace
      ? affinityGroups(spec.placement?.workloadAffinity, template)
      : undefined,
  }
}

/** How much of what the template needs: by component, in all, or nothing when it is no workload. */
async function needs(
  ask: Ask,
  manifest: Manifest,
): Promise<Pick<BindingSpec, 'components' | 'replicas' | 'replicaRequirements'>> {
  const components = await ask(interpret.components, { manifest })
  if (components) return { components, replicas: undefined, replicaRequirements: undefined }
  const whole = await ask(interpret.replicas, { manifest })
  return { components: undefined, replicas: whole?.replicas, replicaRequirements: whole?.requirements }
}

/** The binding that should exist for a template and its policy. Scheduling results, evictions and the like stay as they are. */
export async function bind(ask: Ask, input: BindInput): Promise<Binding> {
  const { template, policy, existing } = input
  const { metadata: referring, resource } = referTo(template, existing)
  const metadata = withExpressions(referring, policy)
  const claim = claimBy(policy)
  const { apiVersion, kind } = bindingKindOf(template)
  return {
    ...existing,
    apiVersion,
    kind,
    metadata: claim ? { ...metadata, ...withClaim(metadata, claim) } : metadata,
    spec: compact({ ...existing?.spec, ...demands(input), ...(await needs(ask, template)), resource }),
  }
}
