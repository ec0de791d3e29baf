import { createHash } from 'node:crypto'
import {
  type AppliedRule,
  type Binding,
  executionNamespace,
  keyText,
  type Manifest,
  type Work,
  workFor,
  workName,
} from '@flotilla/sdk'
import { bindingAnnotations, bindingId, bindingIdLabel, scopeOf } from '../../manifest/origin.ts'

/** What a Work is made of. */
export interface Ingredients {
  readonly binding: Binding
  readonly template: Manifest
  /** The template as this cluster is to have it. */
  readonly manifest: Manifest
  readonly cluster: string
  /** What of override policies is in it. */
  readonly rules: readonly AppliedRule[]
  /** The id the Work has already, if there is one. */
  readonly workId?: string
}

/** A UUID that says nothing but is the same whenever it is asked for. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const isSuspended = ({ spec: { suspension } }: Binding, cluster: string): boolean =>
  suspension?.dispatching === true || suspension?.dispatchingOnClusters?.clusterNames?.includes(cluster) === true

/** The Work that holds the manifest for the cluster. */
export function workOf({ binding, template, cluster, rules, manifest, workId }: Ingredients): Work {
  const id = bindingId(binding) ?? ''
  const address = keyText({ namespace: executionNamespace(cluster), name: workName(template) })
  return workFor({
    cluster,
    template,
    manifest,
    rules,
    origin: { labels: { [bindingIdLabel(scopeOf(binding))]: id }, annotations: bindingAnnotations(binding) },
    conflictResolution: binding.spec.conflictResolution === 'Overwrite' ? 'overwrite' : 'abort',
    id: workId ?? uuidOf(`${id} ${address}`),
    suspendDispatching: isSuspended(binding, cluster),
    preserveResourcesOnDeletion: binding.spec.preserveResourcesOnDeletion === true,
  })
}
