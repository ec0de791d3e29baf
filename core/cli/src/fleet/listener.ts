import { type Access, type Credential, type Mounted, masters, openAuthority, serveHttps } from '@flotilla/apiserver'
import {
  type ControlPlane,
  debugRoutes,
  type ExposedMetrics,
  type HealthOptions,
  healthRoutes,
  pointRoutes,
} from '@flotilla/core'
import { ApiError } from '@flotilla/sdk'
import { naming } from '../output/sentence.ts'

export interface ListenerOptions {
  /** On 127.0.0.1; 0 is any that is free. */
  readonly port: number
  /** The directory of the certificates. */
  readonly tls: string
  readonly servers: readonly Mounted[]
  readonly metrics: ExposedMetrics
  /** What is not ready yet. */
  readonly unready: () => readonly string[]
  readonly account: ControlPlane['account']
  readonly points: ControlPlane['points']
}

/** Where a fleet is reached, and what an administrator shows there. */
export interface Listener extends AsyncDisposable {
  readonly url: string
  /** The authority that signed the server's certificate, PEM. */
  readonly ca: string
  readonly identity: Credential
}

const host = '127.0.0.1'
const administrator = { name: 'flotilla-admin', groups: [masters] }

/** Anyone who says who they are may read: metrics and decisions name clusters, kinds and plugins. */
const known =
  ({ user }: Access): HealthOptions['checkReader'] =>
  (request) => {
    if (user(request).groups.includes('system:unauthenticated')) throw unauthorized()
  }

const unauthorized = (): ApiError =>
  new ApiError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  })

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Serves API servers, health, metrics, decisions and who answers what over HTTPS. Health is for everyone, the others for who is known. */
export async function listen({
  port,
  tls: dir,
  servers,
  metrics,
  unready,
  account,
  points,
}: ListenerOptions): Promise<Listener> {
  const authority = await naming(`the certificates in ${dir} cannot be used`, () => openAuthority({ dir }))
  const { ca } = authority
  const identity = await authority.client('admin', administrator)
  try {
    const { url, close } = await serveHttps({
      host,
      port,
      tls: { ca, ...(await authority.server()) },
      servers,
      mount: (app, access) => {
        app.register(healthRoutes, { metrics, unready, checkReader: known(access) })
        app.register(debugRoutes, { account, checkReader: known(access) })
        app.register(pointRoutes, { points, checkReader: known(access) })
      },
    })
    return { url, ca, identity, [Symbol.asyncDispose]: close }
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    throw new Error(`port ${port} of ${host} is in use: choose another with --port, or 0 for any that is free`)
  }
}
