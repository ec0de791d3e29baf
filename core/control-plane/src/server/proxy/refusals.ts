import type { StatusDetails } from '@flotilla/sdk'
import { failure } from '../failure.ts'

const group = 'cluster.karmada.io'

const detailsOf = (cluster: string): StatusDetails => ({ name: cluster, group, kind: 'clusters' })

/** Why somebody is not led through to a member. */
export const refusal = {
  unknown: (cluster: string) =>
    failure(404, 'NotFound', `clusters.${group} "${cluster}" not found`, detailsOf(cluster)),

  noWay: (cluster: string, why: string) =>
    failure(503, 'ServiceUnavailable', `nobody can be led through to cluster ${cluster}: ${why}`, detailsOf(cluster)),

  silent: (cluster: string, place: string, fault: string) =>
    failure(503, 'ServiceUnavailable', `cluster ${cluster} does not answer at ${place}: ${fault}`, detailsOf(cluster)),

  busy: (most: number) =>
    failure(429, 'TooManyRequests', `${most} requests are being led through to members already: try again later`, {
      retryAfterSeconds: 1,
    }),

  failed: (cluster: string, why: string) =>
    failure(500, 'InternalError', `Internal error occurred: ${why}`, detailsOf(cluster)),
} as const
