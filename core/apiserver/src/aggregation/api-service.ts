import type { Condition, Manifest } from '@flotilla/sdk'
import type { GroupVersion } from './delegate.ts'

/** Who serves a version of a group: the server itself, or what is behind a Service. */
export interface ApiService extends Manifest {
  readonly spec: {
    /** Absent in the core group. */
    readonly group?: string
    readonly version: string
    readonly groupPriorityMinimum: number
    readonly versionPriority: number
    /** Absent: the server itself. */
    readonly service?: { readonly namespace: string; readonly name: string; readonly port?: number }
    /** PEM, in base64. */
    readonly caBundle?: string
    readonly insecureSkipTLSVerify?: boolean
  }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

/** Where they are kept. */
export const apiServices = 'apiservices.apiregistration.k8s.io'

export const addressOf = (name: string) => ({ resource: apiServices, namespace: '', name })

/** `v1.apps`; `v1.` is that of the core group. */
export const nameOf = ({ group, version }: GroupVersion): string => `${version}.${group}`

/** Says that the server serves it itself. */
export const local = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' } as const

export const available = 'Available'
