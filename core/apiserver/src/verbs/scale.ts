import type { Manifest } from '@flotilla/sdk'
import { isObject, plainKeys, readKeys } from '../registry/json-path.ts'
import type { BodyAnswer } from '../request.ts'
import { refusal } from '../status.ts'
import type { Call } from '../target.ts'
import { find } from './read.ts'
import { type Body, patchBody, replaceWith } from './update.ts'

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
const scaleOf = ({ served: { scale } }: Call, object: Manifest): Manifest => {
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

const replicasOf = (scale: unknown, name: string): number => {
  const spec = isObject(scale) ? (scale.spec ?? {}) : undefined
  if (!isObject(spec)) throw refusal.badRequest('the object provided is unrecognized (must be of type Scale)')
  const replicas = spec.replicas ?? 0
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return replicas
  const message = `Invalid value: ${JSON.stringify(replicas)}: must be an integer greater than or equal to 0`
  throw refusal.invalid(scaleKind, name, [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }])
}

const versionOf = (scale: unknown): string | undefined => {
  const version = readKeys(scale, ['metadata', 'resourceVersion'])
  return typeof version === 'string' && version ? version : undefined
}

/** The object with what its scale says. */
const scaled = ({ served, name = '' }: Call, current: Manifest, scale: unknown): Manifest => {
  const replicas = replicasOf(scale, name)
  const object = withKeys(current, keysOf(served.scale?.specReplicasPath), replicas) as Manifest // only a field of it changed
  const resourceVersion = versionOf(scale) ?? current.metadata.resourceVersion
  return { ...object, metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) } }
}

/** GET of `scale`. */
export const getScale = (call: Call): BodyAnswer => ({ code: 200, body: scaleOf(call, find(call)) })

const rescale = async (call: Call, scaleFrom: (current: Manifest) => unknown): Promise<BodyAnswer> => {
  const whole: Body = (current) => scaled(call, current, scaleFrom(current))
  const answer = await replaceWith(call, whole)
  return { ...answer, body: scaleOf(call, answer.body as Manifest) } // an update answers with the object
}

/** PUT of `scale`. */
export const updateScale = async (call: Call): Promise<BodyAnswer> => {
  const body = call.request.body({ apiVersion: 'autoscaling/v1', kind: 'Scale' })
  return rescale(call, () => body)
}

/** PATCH of `scale`. */
export const patchScale = async (call: Call): Promise<BodyAnswer> =>
  rescale(call, (current) => patchBody(call, scaleOf(call, current)))
