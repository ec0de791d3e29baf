import type { Manifest, StringMap } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'

interface Secret extends Manifest {
  readonly type?: string
  readonly data?: StringMap
}

/** A service account's token is made by the member. */
const retain = (desired: Secret, { data }: Secret): Secret =>
  desired.type === 'kubernetes.io/service-account-token' && data ? { ...desired, data } : desired

/** Healthy once it is there; it has no status. */
export const secret = ofKind<Secret>(
  { apiVersion: 'v1', kind: 'Secret' },
  { retain, isHealthy: () => true, status: () => undefined },
)
