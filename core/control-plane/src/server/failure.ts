import { ApiError, type StatusDetails } from '@flotilla/sdk'

/** A refusal, as a Kubernetes API server says it. */
export const failure = (code: number, reason: string, message: string, details: StatusDetails = {}): ApiError =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, reason, message, details })
