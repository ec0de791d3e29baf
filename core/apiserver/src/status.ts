import { ApiError, FlotillaError, reasonOf, type Status, type StatusCause, type StatusDetails } from '@flotilla/sdk'

/** What a message calls a resource: `deployments.apps`. */
export interface ResourceName {
  /** Empty for the core group. */
  readonly group: string
  readonly plural: string
}

/** `deployments.apps`, or the bare plural in the core group. */
export const qualified = ({ group, plural }: ResourceName): string => (group ? `${plural}.${group}` : plural)

interface Failure {
  readonly code: number
  readonly reason?: string
  readonly message: string
  readonly details?: StatusDetails
  readonly cause?: unknown
  /** Lets a client go on with a list although it is not consistent any more. */
  readonly continueToken?: string
}

const failure = ({ code, reason, message, details, cause, continueToken }: Failure): ApiError => {
  const metadata = continueToken === undefined ? {} : { continue: continueToken }
  const head = { apiVersion: 'v1', kind: 'Status', metadata, status: 'Failure' } as const
  const status: Status = { ...head, message, ...(reason && { reason }), ...(details && { details }), code }
  return new ApiError(status, cause === undefined ? undefined : { cause })
}

const detailsOf = ({ group, plural }: ResourceName, name: string): StatusDetails => ({
  ...(name && { name }),
  ...(group && { group }),
  kind: plural,
})

const causeText = ({ field, message }: StatusCause): string => (field ? `${field}: ${message}` : message)

const causesText = (causes: readonly StatusCause[]): string => {
  const texts = [...new Set(causes.map(causeText))]
  return texts.length === 1 ? String(texts[0]) : `[${texts.join(', ')}]`
}

/** The refusals of a Kubernetes API server: same codes, reasons, messages and details. Each makes an error to throw. */
export const refusal = {
  badRequest: (message: string, cause?: unknown) => failure({ code: 400, reason: 'BadRequest', message, cause }),

  unauthorized: () => failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' }),

  forbidden: (resource: ResourceName, name: string, why: string, causes?: readonly StatusCause[]) =>
    failure({
      code: 403,
      reason: 'Forbidden',
      message: `${qualified(resource)} ${name ? `"${name}" ` : ''}is forbidden: ${why}`,
      details: { ...detailsOf(resource, name), ...(causes && { causes }) },
    }),

  forbiddenPath: (why: string) =>
    failure({ code: 403, reason: 'Forbidden', message: `forbidden: ${why}`, details: {} }),

  /** By a policy, for a reason of its own. */
  denied: (resource: ResourceName, name: string, message: string, reason: string, code: number) =>
    failure({
      code,
      reason,
      message: `${qualified(resource)} ${name ? `"${name}" ` : ''}is forbidden: ${message}`,
      details: { ...detailsOf(resource, name), causes: [{ reason: '', message }] },
    }),

  /** By a policy that was to change it. */
  notMutated: (resource: ResourceName, name: string, message: string) =>
    failure({
      code: 403,
      reason: 'Invalid',
      message,
      details: { ...detailsOf(resource, name), causes: [{ reason: '', message }] },
    }),

  notFound: (resource: ResourceName, name: string) =>
    failure({
      code: 404,
      reason: 'NotFound',
      message: `${qualified(resource)} "${name}" not found`,
      details: detailsOf(resource, name),
    }),

  unknownPath: () =>
    failure({
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
      details: {},
    }),

  methodNotAllowed: () =>
    failure({
      code: 405,
      reason: 'MethodNotAllowed',
      message: 'the server does not allow this method on the requested resource',
      details: {},
    }),

  notAcceptable: (accepted: readonly string[]) =>
    failure({
      code: 406,
      reason: 'NotAcceptable',
      message: `only the following media types are accepted: ${accepted.join(', ')}`,
    }),

  notThatShape: (message: string) => failure({ code: 406, reason: 'NotAcceptable', message }),

  /** The client names nothing that there is, not even with other wishes for its form. */
  unnamed: (available: readonly string[]) =>
    failure({
      code: 406,
      reason: 'NotAcceptable',
      message: `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`,
      details: {},
    }),

  alreadyExists: (resource: ResourceName, name: string) =>
    failure({
      code: 409,
      reason: 'AlreadyExists',
      message: `${qualified(resource)} "${name}" already exists`,
      details: detailsOf(resource, name),
    }),

  beingDeleted: (resource: ResourceName, name: string) =>
    failure({
      code: 409,
      reason: 'AlreadyExists',
      message: `object is being deleted: ${qualified(resource)} "${name}" already exists`,
      details: detailsOf(resource, name),
    }),

  conflict: (resource: ResourceName, name: string, why: string) =>
    failure({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
      details: detailsOf(resource, name),
    }),

  modified: (resource: ResourceName, name: string) =>
    refusal.conflict(
      resource,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    ),

  expired: (message: string, continueToken?: string) =>
    failure({ code: 410, reason: 'Expired', message, ...(continueToken !== undefined && { continueToken }) }),

  /** What Kubernetes has no reason for. */
  unexplained: (message: string) => failure({ code: 500, message }),

  /** Of one who took too long to say what he wants. */
  tooSlow: () =>
    failure({
      code: 408,
      reason: 'Timeout',
      message: 'the request took too long to arrive: it has to be sent at once',
    }),

  headersTooLarge: (limit: number) =>
    failure({
      code: 431,
      reason: 'RequestHeaderFieldsTooLarge',
      message: `the URL and headers of the request are too large: together they may have ${limit} bytes`,
    }),

  tooLarge: (limit: number) =>
    failure({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: `Request entity too large: limit is ${limit}`,
    }),

  unsupportedMediaType: (accepted: readonly string[]) =>
    failure({
      code: 415,
      reason: 'UnsupportedMediaType',
      message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    }),

  /** A patch in a language that nothing is patched in. */
  unsupportedPatch: () =>
    failure({ code: 415, reason: 'UnsupportedMediaType', message: '415: Unsupported Media Type', details: {} }),

  invalid: ({ group, kind }: { group: string; kind: string }, name: string, causes: readonly StatusCause[]) =>
    failure({
      code: 422,
      reason: 'Invalid',
      message: `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${causesText(causes)}`,
      details: { ...(name && { name }), ...(group && { group }), kind, causes },
    }),

  /** `seconds`: when to ask again. */
  tooManyRequests: (message: string, seconds: number, causes?: readonly StatusCause[]) =>
    failure({
      code: 429,
      reason: 'TooManyRequests',
      message,
      details: { ...(causes && { causes }), ...(seconds > 0 && { retryAfterSeconds: seconds }) },
    }),

  internal: (message: string, cause?: unknown) =>
    failure({
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ reason: '', message }] },
      cause,
    }),

  /** For want of room, or because storage fails. */
  notStored: (cause: unknown) =>
    failure({
      ...(cause instanceof FlotillaError && cause.code === 'STORAGE_FULL'
        ? { code: 507, reason: 'InsufficientStorage' }
        : { code: 500, reason: 'InternalError' }),
      message: `the change could not be stored: ${reasonOf(cause)}`,
      cause,
    }),

  futureVersion: (asked: string, current: number) =>
    failure({
      code: 504,
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    }),
} as const

/** The answer to a deletion that left nothing behind. */
export const success = (details: StatusDetails): Omit<Status, 'code'> => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details,
})
