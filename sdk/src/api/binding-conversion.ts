import { deepEqual } from '../equal.ts'
import { type Fields, isFields } from '../fields.ts'
import { versionOf } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { clusterResourceBindingKind, resourceBindingKind } from './binding.ts'

/*
 * Both kinds of binding between their versions. What is converted may not have been checked yet: a part that is not of
 * its shape passes as it is, and the schema of its version refuses it.
 */

/** The version that is stored, and says everything. */
const stored = resourceBindingKind.apiVersion

/** The version old clients speak. */
export const bindingV1alpha1ApiVersion = 'work.karmada.io/v1alpha1'

const kinds: ReadonlySet<string> = new Set([resourceBindingKind.kind, clusterResourceBindingKind.kind])

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

const pick = (value: unknown, ...keys: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(value)).filter(([key]) => keys.includes(key)))

const defined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** The items of a list, each changed; what is no list, or no item, passes. */
const eachOf = (list: unknown, change: (item: Fields) => Fields): unknown =>
  Array.isArray(list) ? list.map((item: unknown) => (isFields(item) ? change(item) : item)) : list

const identity = ['apiVersion', 'kind', 'namespace', 'name']
const reference = [...identity, 'resourceVersion']
const target = ['name', 'replicas']
const item = ['clusterName', 'status', 'applied', 'appliedMessage']

const oldSpec = (spec: Fields): Fields =>
  defined({
    resource: {
      ...pick(spec.resource, ...reference),
      ...defined({ replicas: spec.replicas, resourcePerReplicas: fieldsOf(spec.replicaRequirements).resourceRequest }),
    },
    clusters: eachOf(spec.clusters, (cluster) => pick(cluster, ...target)),
  })

const oldStatus = ({ conditions, aggregatedStatus }: Fields): Fields =>
  defined({ conditions, aggregatedStatus: eachOf(aggregatedStatus, (each) => pick(each, ...item)) })

const changed = (value: unknown, change: (fields: Fields) => Fields): unknown =>
  isFields(value) ? change(value) : value

/** A binding as the first version says it: without what only the second can say. */
export function bindingToV1alpha1(binding: Manifest): Manifest {
  const { spec, status, ...rest } = binding
  const parts = defined({ spec: changed(spec, oldSpec), status: changed(status, oldStatus) })
  return { ...rest, ...parts, apiVersion: bindingV1alpha1ApiVersion } as Manifest // `rest` keeps kind and metadata
}

/** Items of a list that were there before, by name, as what they say beyond the keys of the first version. */
function beyond(list: unknown, name: string, keys: readonly string[]): (item: Fields) => Fields {
  const items: readonly unknown[] = Array.isArray(list) ? list : []
  const known = new Map(items.filter(isFields).map((each) => [each[name], each]))
  return (item) => {
    const more = Object.entries(known.get(item[name]) ?? {}).filter(([key]) => !keys.includes(key))
    return { ...item, ...Object.fromEntries(more) }
  }
}

/** The uid goes with the template it is of. */
const resourceOf = (old: unknown, before: unknown): Fields => {
  const isSame = deepEqual(pick(old, ...identity), pick(before, ...identity))
  return { ...(isSame && pick(before, 'uid')), ...pick(old, ...reference) }
}

const requirementsOf = (request: unknown, before: unknown): Fields | undefined => {
  const { resourceRequest: _, ...others } = fieldsOf(before)
  return isFields(before) || request !== undefined ? defined({ ...others, resourceRequest: request }) : undefined
}

const newSpec =
  (before: Fields) =>
  (spec: Fields): Fields => {
    const { replicas, resourcePerReplicas } = fieldsOf(spec.resource)
    return defined({
      ...before,
      resource: resourceOf(spec.resource, before.resource),
      replicas,
      replicaRequirements: requirementsOf(resourcePerReplicas, before.replicaRequirements),
      clusters: eachOf(spec.clusters, beyond(before.clusters, 'name', target)),
    })
  }

const newStatus =
  (before: Fields) =>
  (status: Fields): Fields =>
    defined({
      ...before,
      conditions: status.conditions,
      aggregatedStatus: eachOf(status.aggregatedStatus, beyond(before.aggregatedStatus, 'clusterName', item)),
    })

/**
 * A binding of the first version as the second says it. What only the second can say is taken from `before`, the binding
 * it takes the place of: a client that knows the first version alone does not take it away.
 */
export function bindingFromV1alpha1(old: Manifest, before?: Fields): Manifest {
  const { spec, status, ...rest } = old
  const had = fieldsOf(before?.status)
  const nowStatus = newStatus(had)
  const after = status === undefined && isFields(before?.status) ? nowStatus({}) : changed(status, nowStatus)
  const parts = defined({ spec: changed(spec, newSpec(fieldsOf(before?.spec))), status: after })
  return { ...rest, ...parts, apiVersion: stored } as Manifest // `rest` keeps kind and metadata
}

/** A binding in another of its versions; undefined for any other kind. `before`: what is stored in its place. */
export function convertBinding(object: Manifest, apiVersion: string, before?: Manifest): Manifest | undefined {
  if (!kinds.has(object.kind) || versionOf(object.apiVersion) === versionOf(apiVersion)) return undefined
  if (apiVersion === bindingV1alpha1ApiVersion && object.apiVersion === stored) return bindingToV1alpha1(object)
  if (apiVersion === stored && object.apiVersion === bindingV1alpha1ApiVersion) {
    return bindingFromV1alpha1(object, before)
  }
  return undefined
}
