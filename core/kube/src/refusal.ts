import { ApiError, type Key, type Kind, type Status } from '@flotilla/sdk'
import type { ApiRequest, ApiResponse } from './transport.ts'

/** What Kubernetes calls an answer of which only the code is known. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

const failure = (code: number, reason: string, message: string, details = {}): Status => ({
  apiVersion: 'v1',
  kind: 'Status',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message,
  details,
})

const isStatus = (body: unknown): body is Status =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status'

/** A `Status` says its code itself; one that does not has the code of its answer. */
const withCode = (status: Status, code: number): Status => (status.code ? status : { ...status, code })

const firstLineOf = (body: unknown): string =>
  typeof body === 'string' ? (body.trim().split('\n', 1)[0]?.slice(0, 200) ?? '') : ''

function statusOf({ method, path }: ApiRequest, { status: code, headers, body }: ApiResponse): Status {
  const line = firstLineOf(body)
  const message = `the server answered ${method} ${path} with ${code}${line && `: ${line}`}`
  const retryAfterSeconds = Number(headers?.['retry-after'])
  return failure(code, reasons[code] ?? 'Unknown', message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {})
}

/** The refusal in an answer, whether the server put it in a `Status` or in words of its own. */
export const refusalOf = (request: ApiRequest, response: ApiResponse): ApiError =>
  new ApiError(isStatus(response.body) ? withCode(response.body, response.status) : statusOf(request, response))

/** The refusal in an `ERROR` event of a watch. */
export const refusalOfEvent = (object: unknown): ApiError =>
  new ApiError(
    isStatus(object)
      ? withCode(object, 500)
      : failure(500, 'InternalError', 'the watch ended with an error that is not a Status'),
  )

/** What to say of a success that is not what was asked for: a proxy's page, say. */
export const unexpected = ({ method, path }: ApiRequest, code: number, wanted: string): ApiError =>
  new ApiError(
    failure(
      code,
      'UnexpectedServerResponse',
      `the server answered ${method} ${path} with ${code} and something that is not ${wanted}`,
    ),
  )

/**
 * Whether a refusal says that this very object is not there. A 404 also comes when the kind is not served, or from a
 * proxy on the way: taking that for the object's absence would let go of what is still there.
 */
export function isAbsence(error: unknown, { plural, kind }: Kind<unknown>, { name }: Key): error is ApiError {
  if (!(error instanceof ApiError) || error.code !== 404 || error.reason !== 'NotFound') return false
  const { name: missing, kind: what } = error.status.details ?? {}
  return missing === name && (what === undefined || what === plural || what === kind)
}
