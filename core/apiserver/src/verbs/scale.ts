import type { Manifest } from '@flotilla/sdk'
import { scaled, scaleOf } from '../object/scale.ts'
import type { BodyAnswer } from '../request.ts'
import type { Call } from '../target.ts'
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

/** PATCH of `scale`. */
export const patchScale = async (call: Call): Promise<BodyAnswer> =>
  rescale(call, (current) => patchBody(call, scaleOf(call.served, current), call.request.body(call.served)))
