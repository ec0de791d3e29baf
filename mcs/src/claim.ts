import { hash } from 'node:crypto'
import {
  annotation,
  type Binding,
  bindingName,
  deepEqual,
  finalizer,
  type Json,
  label,
  type Manifest,
  type MultiClusterService,
  prune,
  resourceBindingKind,
  type Service,
  type StringMap,
  serviceKind,
  withoutKeys,
} from '@flotilla/sdk'

const claimant = 'MultiClusterService'

/** By which policies claim a template, and its binding. */
const ofPolicies: readonly string[] = [
  label.propagationPolicyId,
  label.clusterPropagationPolicyId,
  annotation.propagationPolicyNamespace,
  annotation.propagationPolicyName,
  annotation.clusterPropagationPolicyName,
]

const idOf = ({ metadata: { labels } }: Manifest): string => labels?.[label.multiClusterServiceId] ?? ''

const namesOf = ({ metadata: { namespace = '', name } }: MultiClusterService): StringMap => ({
  [annotation.multiClusterServiceNamespace]: namespace,
  [annotation.multiClusterServiceName]: name,
})

type Patch = { readonly metadata: { readonly labels?: Json; readonly annotations?: Json } }

/** The entries that have to be another: null takes one away. */
function changes(there: StringMap = {}, wanted: StringMap, gone: readonly string[]): StringMap | undefined {
  const removed = gone.filter((key) => key in there).map((key) => [key, null] as const)
  const set = Object.entries(wanted).filter(([key, value]) => there[key] !== value)
  const all = [...removed, ...set]
  return all.length > 0 ? (Object.fromEntries(all) as StringMap) : undefined // null where a merge patch takes away
}

function patchOf({ metadata }: Manifest, labels: StringMap, annotations: StringMap, gone: readonly string[]) {
  const [inLabels, inAnnotations] = [
    changes(metadata.labels, labels, gone),
    changes(metadata.annotations, annotations, gone),
  ]
  if (!inLabels && !inAnnotations) return undefined
  const patch: Patch = {
    metadata: { ...(inLabels && { labels: inLabels }), ...(inAnnotations && { annotations: inAnnotations }) },
  }
  return patch
}

/** What makes a Service that of a MultiClusterService, and of no policy any more; undefined when it is so. */
export const claimPatch = (service: Service, by: MultiClusterService): Patch | undefined =>
  patchOf(service, { [label.claimedBy]: claimant, [label.multiClusterServiceId]: idOf(by) }, namesOf(by), ofPolicies)

/** Whether an object says it is of a MultiClusterService. */
export const isClaimed = ({ metadata: { annotations = {}, labels = {} } }: Manifest): boolean =>
  (labels[label.claimedBy] ?? labels[label.bindingManagedBy]) === claimant &&
  annotation.multiClusterServiceName in annotations

/** What gives an object back to whom it may concern; undefined when it is nobody's. */
export const releasePatch = (object: Manifest): Patch | undefined =>
  patchOf(object, {}, {}, [
    label.claimedBy,
    label.bindingManagedBy,
    label.multiClusterServiceId,
    annotation.multiClusterServiceNamespace,
    annotation.multiClusterServiceName,
  ])

/** Tells one state of a template from another; its status does not count. */
const templateDigest = 'binding.flotilla.dev/template'

const digest = (value: unknown): string => hash('sha256', JSON.stringify(value), 'base64')

/** Where the binding of a Service is. */
export const bindingKeyOf = ({ metadata: { namespace = '', name } }: Manifest) => ({
  namespace,
  name: bindingName(serviceKind.kind, name),
})

/** The binding that brings a Service to the clusters it is used in, and from which it is provided. */
export function serviceBinding(
  by: MultiClusterService,
  service: Service,
  clusterNames: readonly string[],
  there?: Binding,
): Binding {
  const { namespace = '', name, uid = '', resourceVersion = '' } = service.metadata
  const state = digest(prune(service))
  const isSame = there?.metadata.annotations?.[templateDigest] === state && there.spec.resource.uid === uid
  const resource = isSame
    ? there.spec.resource
    : { apiVersion: serviceKind.apiVersion, kind: serviceKind.kind, namespace, name, uid, resourceVersion }
  const isOfPolicies = (key: string) => ofPolicies.includes(key)
  const wanted: Binding = {
    apiVersion: resourceBindingKind.apiVersion,
    kind: resourceBindingKind.kind,
    metadata: {
      ...(there?.metadata ?? bindingKeyOf(service)),
      labels: {
        ...withoutKeys(there?.metadata.labels, isOfPolicies),
        [label.bindingManagedBy]: claimant,
        [label.multiClusterServiceId]: idOf(by),
      },
      annotations: {
        ...withoutKeys(there?.metadata.annotations, isOfPolicies),
        ...namesOf(by),
        [templateDigest]: state,
      },
      finalizers: [...new Set([...(there?.metadata.finalizers ?? []), finalizer.binding])],
      ownerReferences: [
        {
          apiVersion: serviceKind.apiVersion,
          kind: serviceKind.kind,
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      ...there?.spec,
      resource,
      placement: { clusterAffinity: { clusterNames: [...clusterNames].sort() } },
      conflictResolution: 'Abort',
    },
    ...(there?.status && { status: there.status }),
  }
  return there && deepEqual([wanted.metadata, wanted.spec], [there.metadata, there.spec]) ? there : wanted
}
