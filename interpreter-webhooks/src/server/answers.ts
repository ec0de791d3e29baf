import type { Manifest } from '@flotilla/sdk'
import { createPatch } from 'rfc6902'
import {
  contextType,
  type InterpreterRequest,
  type InterpreterResponse,
  type ResourceInterpreterContext,
} from '../context.ts'

/** What a successful answer says beside that. */
export type Answer = Omit<InterpreterResponse, 'uid' | 'successful'>

/** A success, with what it has to say. */
export const succeeded = (
  { uid }: Pick<InterpreterRequest, 'uid'>,
  answer: Answer = {},
): ResourceInterpreterContext => ({
  ...contextType,
  response: { uid, successful: true, ...answer, status: { code: 200, ...answer.status } },
})

/** A failure: who asked shows the message to the owner of the object. */
export const failed = (
  { uid }: Pick<InterpreterRequest, 'uid'>,
  message: string,
  code = 500,
): ResourceInterpreterContext => ({
  ...contextType,
  response: { uid, successful: false, status: { code, message } },
})

/** What becomes of an object, as an answer says it: a JSON patch, or nothing when it stays as it is. */
export function becomes(before: Manifest, after: Manifest): Answer {
  const patch = createPatch(before, after)
  if (patch.length === 0) return {}
  return { patch: Buffer.from(JSON.stringify(patch)).toString('base64'), patchType: 'JSONPatch' }
}
