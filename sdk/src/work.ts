import { annotation, executionNamespace, finalizer, label, workName } from './api/names.ts'
import { type Work, workKind } from './api/work.ts'
import { deepEqual } from './equal.ts'
import { withoutKeys } from './fields.ts'
import type { Manifest, ObjectMeta, OwnerReference, StringMap } from './manifest.ts'
import { type AppliedRule, appliedAnnotations } from './overriding.ts'
import { prune } from './prune.ts'

/** What a Work is made of. */
export interface WorkParts {
  readonly cluster: string
  readonly template: Manifest
  /** The template as this cluster is to have it. */
  readonly manifest: Manifest
  /** By which the Work, and what it brings, names where it comes from. */
  readonly origin?: { readonly labels?: StringMap; readonly annotations?: StringMap }
  /** What of override policies is in the manifest. */
  readonly rules?: readonly AppliedRule[]
  /** What to do with an object the cluster has already, where the manifest does not say. By default `abort`. */
  readonly conflictResolution?: 'overwrite' | 'abort'
  /** The Work's permanent id; without one, admission gives it one. */
  readonly id?: string
  /** With it the Work goes when its owner does. */
  readonly owner?: OwnerReference
  readonly suspendDispatching?: boolean
  readonly preserveResourcesOnDeletion?: boolean
}

/** `overwrite` or `abort`: the manifest says, else its policy. */
function resolutionOf({ manifest, conflictResolution = 'abort' }: WorkParts): 'overwrite' | 'abort' {
  const said = manifest.metadata.annotations?.[annotation.conflictResolution]
  return said === 'overwrite' || said === 'abort' ? said : conflictResolution
}

const keysText = (map: StringMap): string => Object.keys(map).sort().join(',')

/**
 * A manifest with a record of the labels and annotations that are Flotilla's to say. One that is recorded and no longer
 * wanted is taken away from the member's object; all others there are left alone.
 */
export function recorded(manifest: Manifest): Manifest {
  const { managedAnnotations, managedLabels } = annotation
  const { metadata } = manifest
  const records = { [managedAnnotations]: '', [managedLabels]: keysText(metadata.labels ?? {}) }
  const annotations = { ...metadata.annotations, ...records }
  const all = { ...annotations, [managedAnnotations]: keysText(annotations) }
  return deepEqual(all, metadata.annotations) ? manifest : { ...manifest, metadata: { ...metadata, annotations: all } }
}

/** The manifest with everything by which it can be traced back from the member. */
function traceable(parts: WorkParts, ids: StringMap): Manifest {
  const { template, cluster, origin } = parts
  const { uid, generation = 0 } = template.metadata
  const manifest = prune(parts.manifest)
  return recorded({
    ...manifest,
    metadata: {
      ...manifest.metadata,
      labels: { ...manifest.metadata.labels, ...ids, [label.managed]: 'true' },
      annotations: {
        ...manifest.metadata.annotations,
        ...origin?.annotations,
        ...(uid && { [annotation.templateUid]: uid }),
        ...(generation > 0 && { [annotation.templateGeneration]: String(generation) }),
        [annotation.workNamespace]: executionNamespace(cluster),
        [annotation.workName]: workName(template),
        [annotation.conflictResolution]: resolutionOf(parts),
      },
    },
  })
}

/** The Work that holds a manifest for a cluster. */
export function workFor(parts: WorkParts): Work {
  const { template, cluster, origin, rules = [], id, owner } = parts
  const ids = { ...origin?.labels, ...(id !== undefined && { [label.workId]: id }) }
  return {
    apiVersion: workKind.apiVersion,
    kind: workKind.kind,
    metadata: {
      namespace: executionNamespace(cluster),
      name: workName(template),
      labels: ids,
      annotations: {
        ...origin?.annotations,
        [annotation.conflictResolution]: resolutionOf(parts),
        ...appliedAnnotations(rules),
      },
      finalizers: [finalizer.execution],
      ...(owner && { ownerReferences: [owner] }),
    },
    spec: {
      workload: { manifests: [traceable(parts, ids)] },
      suspendDispatching: parts.suspendDispatching ?? false,
      preserveResourcesOnDeletion: parts.preserveResourcesOnDeletion ?? false,
    },
  }
}

const ofRendering: readonly string[] = [annotation.appliedOverrides, annotation.appliedClusterOverrides]

function mergedOwners(there: ObjectMeta, { ownerReferences = [] }: ObjectMeta): Partial<ObjectMeta> {
  if (ownerReferences.length === 0) return {}
  const uids = new Set(ownerReferences.map(({ uid }) => uid))
  const others = (there.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid))
  return { ownerReferences: [...others, ...ownerReferences] }
}

function mergedMetadata(there: ObjectMeta, wanted: ObjectMeta): ObjectMeta {
  const others = withoutKeys(there.annotations, (key) => ofRendering.includes(key)) // an override may be gone
  return {
    ...there,
    ...mergedOwners(there, wanted),
    labels: { ...there.labels, ...wanted.labels },
    annotations: { ...others, ...wanted.annotations },
    finalizers: [...new Set([...(there.finalizers ?? []), ...(wanted.finalizers ?? [])])],
  }
}

/**
 * The Work that is there, with the spec, labels, annotations, finalizers and owners it should have beside those that
 * others gave it. The same Work when nothing has to change.
 */
export function mergedWork(there: Work, wanted: Work): Work {
  const metadata = mergedMetadata(there.metadata, wanted.metadata)
  const isSame = deepEqual(metadata, there.metadata) && deepEqual(wanted.spec, there.spec)
  return isSame ? there : { ...there, metadata, spec: wanted.spec }
}

/**
 * A Work that holds what a cluster has, for others to read: a collected EndpointSlice, or that a cluster is to be collected
 * from. Nothing is brought to the cluster by it.
 */
export const isRecord = ({ metadata: { labels = {} }, spec }: Work): boolean =>
  spec.suspendDispatching === true &&
  (label.multiClusterServiceName in labels || label.sliceServiceName in labels || label.sliceWantedBy in labels)
