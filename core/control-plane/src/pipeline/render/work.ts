import { createHash } from 'node:crypto'
import {
  annotation,
  type Binding,
  executionNamespace,
  finalizer,
  keyText,
  label,
  type Manifest,
  prune,
  type StringMap,
  type Work,
  workKind,
  workName,
} from '@flotilla/sdk'
import { bindingAnnotations, bindingId, bindingIdLabel, scopeOf } from '../../manifest/origin.ts'
import { appliedText, type Rule } from './overrides.ts'

/** What a Work is made of. */
export interface Ingredients {
  readonly binding: Binding
  readonly template: Manifest
  /** The template as this cluster is to have it. */
  readonly manifest: Manifest
  readonly cluster: string
  /** What of override policies is in it. */
  readonly rules: readonly Rule[]
  /** The id the Work has already, if there is one. */
  readonly workId?: string
}

/** A UUID that says nothing but is the same whenever it is asked for. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** `overwrite` or `abort`: the template says, else the policy. */
export function conflictResolution({ metadata }: Manifest, { spec }: Binding): 'overwrite' | 'abort' {
  const said = metadata.annotations?.[annotation.conflictResolution]
  if (said === 'overwrite' || said === 'abort') return said
  return spec.conflictResolution === 'Overwrite' ? 'overwrite' : 'abort'
}

const withoutUndefined = (map: Readonly<Record<string, string | undefined>>): StringMap =>
  Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** The keys Flotilla answers for: one of them that is no longer wanted is taken away from the member's object too. */
const keysText = (map: StringMap, ...more: readonly string[]): string =>
  [...new Set([...Object.keys(map), ...more])].sort().join(',')

/** The manifest with everything by which it can be traced back from the member. */
function traceable(ingredients: Ingredients, ids: StringMap, resolution: string): Manifest {
  const { binding, template, cluster } = ingredients
  const { uid, generation = 0 } = template.metadata
  const manifest = prune(ingredients.manifest)
  const labels = { ...manifest.metadata.labels, ...ids, [label.managed]: 'true' }
  const annotations = {
    ...manifest.metadata.annotations,
    ...bindingAnnotations(binding),
    ...withoutUndefined({
      [annotation.templateUid]: uid,
      [annotation.templateGeneration]: generation > 0 ? String(generation) : undefined,
    }),
    [annotation.workNamespace]: executionNamespace(cluster),
    [annotation.workName]: workName(template),
    [annotation.conflictResolution]: resolution,
  }
  const records = {
    [annotation.managedAnnotations]: keysText(annotations, annotation.managedAnnotations, annotation.managedLabels),
    [annotation.managedLabels]: keysText(labels),
  }
  return { ...manifest, metadata: { ...manifest.metadata, labels, annotations: { ...annotations, ...records } } }
}

const isSuspended = ({ spec: { suspension } }: Binding, cluster: string): boolean =>
  suspension?.dispatching === true || suspension?.dispatchingOnClusters?.clusterNames?.includes(cluster) === true

/** The Work that holds the manifest for the cluster. */
export function workOf(ingredients: Ingredients): Work {
  const { binding, template, cluster, rules, manifest } = ingredients
  const key = { namespace: executionNamespace(cluster), name: workName(template) }
  const idOfBinding = bindingId(binding) ?? ''
  const ids = {
    [bindingIdLabel(scopeOf(binding))]: idOfBinding,
    [label.workId]: ingredients.workId ?? uuidOf(`${idOfBinding} ${keyText(key)}`),
  }
  const resolution = conflictResolution(manifest, binding)
  return {
    apiVersion: workKind.apiVersion,
    kind: workKind.kind,
    metadata: {
      ...key,
      labels: ids,
      annotations: {
        ...bindingAnnotations(binding),
        [annotation.conflictResolution]: resolution,
        ...withoutUndefined({
          [annotation.appliedClusterOverrides]: appliedText(rules, true),
          [annotation.appliedOverrides]: appliedText(rules, false),
        }),
      },
      finalizers: [finalizer.execution],
    },
    spec: {
      workload: { manifests: [traceable(ingredients, ids, resolution)] },
      suspendDispatching: isSuspended(binding, cluster),
      preserveResourcesOnDeletion: binding.spec.preserveResourcesOnDeletion === true,
    },
  }
}
