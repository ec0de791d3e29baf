import type { Manifest } from '@flotilla/sdk'
import { scaled, scaleOf } from '../object/scale.ts'
import { readKeys } from '../registry/json-path.ts'
import type { BodyAnswer } from '../request.ts'
import type { Call } from '../target.ts'
import { managerOf } from './draft.ts'
import { findReady } from './read.ts'
import { type Body, patchBody, replaceWith } from './update.ts'

/** GET of `scale`. */
export const getScale = async (call: Call): Promise<BodyAnswer> => ({
  code: 200,
  body: scaleOf(call.served, await findReady(call)),
})

const rescale = async (call: Call, scaleFrom: (current: Manifest) => unknown): Promise<BodyAnswer> => {
  const whole: Body = (current) => scaled(call.served, current, scaleFrom(current))
  const answer = await replaceWith(call, whole)
  return { ...answer, body: scaleOf(call.served, answer.body as Manifest) } // an update answers with the object
}

/** PUT of `scale`. */
export const updateScale = async (call: Call): Promise<BodyAnswer> => {
  const body = call.request.body({ apiVersion: 'autoscaling/v1', kind: 'Scale' })
  return rescale(call, () => body)
}

/** An owner of fields, as `managedFields` has it. */
interface Owner {
  readonly manager: string
  readonly subresource?: string
  readonly fieldsV1: object
}

/** Who owns the number of replicas, as owners of a scale. Who wrote it by the scale before may do so again. */
const ownersOf = (call: Call, { metadata }: Manifest): readonly object[] => {
  const path = (call.served.scale?.specReplicasPath ?? '').split('.').slice(1)
  const field = path.map((key) => `f:${key}`)
  const owners = (metadata.managedFields ?? []) as readonly Owner[] // they were written here
  return owners
    .filter(({ fieldsV1 }) => readKeys(fieldsV1, field) !== undefined)
    .filter(({ manager, subresource }) => manager !== managerOf(call) || subresource !== 'scale')
    .map((owner) => ({ ...owner, apiVersion: 'autoscaling/v1', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }))
}

const owned = (call: Call, current: Manifest): Manifest => {
  const scale = scaleOf(call.served, current)
  const managedFields = ownersOf(call, current)
  return managedFields.length > 0 ? { ...scale, metadata: { ...scale.metadata, managedFields } } : scale
}

/** PATCH of `scale`. */
export const patchScale = async (call: Call): Promise<BodyAnswer> =>
  rescale(call, (current) => patchBody(call, owned(call, current), call.request.body(call.served)))
