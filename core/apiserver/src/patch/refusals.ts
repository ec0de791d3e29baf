import { ApiError, type StatusCause } from '@flotilla/sdk'
import { cause } from '../schema/causes.ts'

const refuse = (code: number, reason: string, message: string, causes?: readonly StatusCause[], origin?: unknown) =>
  new ApiError(
    {
      apiVersion: 'v1',
      kind: 'Status',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(causes && { details: { causes } }),
      code,
    },
    { cause: origin },
  )

/** 400: the patch is not one. */
export const malformed = (message: string, origin?: unknown): ApiError =>
  refuse(400, 'BadRequest', message, undefined, origin)

/** 422: the patch makes of the object what is none. */
export const unpatchable = (why: string): ApiError => {
  const { message, ...of } = cause.invalid('patch', 'the patched object', why)
  return refuse(422, 'Invalid', ` "" is invalid: patch: ${message}`, [{ ...of, message }])
}

/** 422: the patch is one, but cannot be applied to this object. */
export const unprocessable = (message: string, origin?: unknown): ApiError =>
  refuse(422, 'Invalid', message, undefined, origin)

/** 413: the patch is longer than anyone needs. */
export const tooLarge = (message: string): ApiError =>
  refuse(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`)

/** 409: others own fields that are to change. */
export const fieldConflict = (message: string, causes: readonly StatusCause[]): ApiError =>
  refuse(409, 'Conflict', message, causes)
