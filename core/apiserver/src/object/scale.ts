import type { Manifest } from '@flotilla/sdk'
import { isObject, plainKeys, readKeys } from '../registry/json-path.ts'
import type { Resource } from '../resource.ts'
import { refusal } from '../status.ts'

const scaleKind = { group: 'autoscaling', kind: 'Scale' } as const

const keysOf = (path: string | undefined): readonly string[] => (path && plainKeys(path)) || []

const numberAt = (object: Manifest, path: string | undefined): number => {
  const value = path ? readKeys(object, keysOf(path)) : undefined
  return typeof value === 'number' ? value : 0
}

const requirementText = (requirement: unknown): string => {
  if (!isObject(requirement)) return ''
  const { key, operator, values } = requirement
  const list = Array.isArray(values) ? `(${values.join(',')})` : ''
  if (operator === 'Exists') return String(key)
  if (operator === 'DoesNotExist') return `!${String(key)}`
  return `${String(key)} ${operator === 'In' ? 'in' : 'notin'} ${list}`
}

/** A selector as text; one that is text already as it is, and one that is a map as labels. */
const selectorText = (selector: unknown): string => {
  if (typeof selector === 'string') return selector
  if (!isObject(selector)) return ''
  const isMap = !('matchLabels' in selector || 'matchExpressions' in selector)
  const equal = isMap ? selector : selector.matchLabels
  const labels = isObject(equal) ? Object.entries(equal) : []
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : []
  return [...labels.map(([key, value]) => `${key}=${String(value)}`), ...expressions.map(requirementText)].join(',')
}

/** The `Scale` of an object. */
export const scaleOf = ({ scale }: Pick<Resource, 'scale'>, object: Manifest): Manifest => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = scale?.labelSelectorPath ? selectorText(readKeys(object, keysOf(scale.labelSelectorPath))) : ''
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      ...(creationTimestamp && { creationTimestamp }),
    },
    spec: { replicas: numberAt(object, scale?.specReplicasPath) },
    status: { replicas: numberAt(object, scale?.statusReplicasPath), ...(selector && { selector }) },
  }
}

const withKeys = (object: unknown, [key, ...rest]: readonly string[], value: unknown): unknown => {
  if (key === undefined) return value
  const fields = isObject(object) ? object : {}
  return { ...fields, [key]: withKeys(fields[key], rest, value) }
}

/** Another kind is not taken for a scale of nothing. */
const checkKind = ({ apiVersion = 'autoscaling/v1', kind = 'Scale' }: Readonly<Record<string, unknown>>): void => {
  if (typeof kind !== 'string' || typeof apiVersion !== 'string')
    throw refusal.badRequest(
      'the object provided is unrecognized (must be of type Scale): its apiVersion and kind are no texts',
    )
  if (kind === 'Scale' && /^autoscaling\/v1(?:beta\d)?$|^(?:apps|extensions)\/v1beta\d$/.test(apiVersion)) return
  throw refusal.badRequest(
    `${kind} in version "${apiVersion}" cannot be handled as a Scale: no kind "${kind}" is registered for version "${apiVersion}"`,
  )
}

const replicasOf = (scale: unknown, name: string): number => {
  if (!isObject(scale)) throw refusal.badRequest('the object provided is unrecognized (must be of type Scale)')
  checkKind(scale)
  const spec = scale.spec ?? {}
  if (!isObject(spec)) throw refusal.badRequest('the object provided is unrecognized (must be of type Scale)')
  const replicas = spec.replicas ?? 0
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return replicas
  const message = `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`
  throw refusal.invalid(scaleKind, name, [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }])
}

const versionOf = (scale: unknown): string | undefined => {
  const version = readKeys(scale, ['metadata', 'resourceVersion'])
  return typeof version === 'string' && version ? version : undefined
}

/** The object with what its scale says. Throws 400 and 422 for one that is none. */
export const scaled = ({ scale: paths }: Pick<Resource, 'scale'>, current: Manifest, scale: unknown): Manifest => {
  const replicas = replicasOf(scale, current.metadata.name)
  const object = withKeys(current, keysOf(paths?.specReplicasPath), replicas) as Manifest // only a field of it changed
  const resourceVersion = versionOf(scale) ?? current.metadata.resourceVersion
  return { ...object, metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) } }
}
