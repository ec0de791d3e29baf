import { ApiError, type StatusCause } from '@flotilla/sdk'

const refuse = (code: number, reason: string, message: string, causes?: readonly StatusCause[], cause?: unknown) =>
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
    { cause },
  )

/** 400: the patch is not one. */
export const malformed = (message: string, cause?: unknown): ApiError =>
  refuse(400, 'BadRequest', message, undefined, cause)

/** 422: the patch is one, but cannot be applied to this object. */
export const unprocessable = (message: string, cause?: unknown): ApiError =>
  refuse(422, 'Invalid', message, undefined, cause)

/** 413: the patch is longer than anyone needs. */
export const tooLarge = (message: string): ApiError => refuse(413, 'RequestEntityTooLarge', message)

/** 409: others own fields that are to change. */
export const fieldConflict = (message: string, causes: readonly StatusCause[]): ApiError =>
  refuse(409, 'Conflict', message, causes)
