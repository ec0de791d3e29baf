import type { IncomingMessage } from 'node:http'
import {
  type AuditOptions,
  type Authority,
  type Credential,
  type Mounted,
  masters,
  serveHttps,
} from '@flotilla/apiserver'
import {
  type ControlPlane,
  clusterProxyRoutes,
  debugRoutes,
  type ExposedMetrics,
  healthRoutes,
  pointRoutes,
} from '@flotilla/core'
import { clusterKind } from '@flotilla/sdk'

export interface ListenerOptions {
  /** On 127.0.0.1; 0 is any that is free. */
  readonly port: number
  /** Signs what servers and clients say who they are with. */
  readonly authority: Authority
  readonly servers: readonly Mounted[]
  readonly audit?: AuditOptions
  readonly metrics: ExposedMetrics
  /** What is not ready yet. */
  readonly unready: () => readonly string[]
  readonly account: ControlPlane['account']
  readonly points: ControlPlane['points']
  readonly proxy: ControlPlane['proxy']
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

/** Whoever is led to a cluster asks for its proxy, wherever that leads. */
const proxyPath = (cluster: string): string => `/apis/${clusterKind.apiVersion}/${clusterKind.plural}/${cluster}/proxy`

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Serves API servers, health, metrics, decisions and who answers what over HTTPS. Health is for everyone, the others for those whom the roles of the control plane allow them. */
export async function listen({
  port,
  authority,
  servers,
  audit,
  metrics,
  unready,
  account,
  points,
  proxy,
}: ListenerOptions): Promise<Listener> {
  const { ca } = authority
  const identity = await authority.client('admin', administrator)
  try {
    const { url, close } = await serveHttps({
      host,
      port,
      tls: { ca, ...(await authority.server()) },
      servers,
      ...(audit && { audit }),
      mount: (app, { check }, upgrades) => {
        const checkReader = async (request: IncomingMessage) => void (await check(request))
        const admit = (request: IncomingMessage, cluster: string) => check(request, proxyPath(cluster))
        app.register(clusterProxyRoutes({ proxy, admit, upgrades }))
        app.register(healthRoutes, { metrics, unready, checkReader })
        app.register(debugRoutes, { account, checkReader })
        app.register(pointRoutes, { points, checkReader })
      },
    })
    return { url, ca, identity, [Symbol.asyncDispose]: close }
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    throw new Error(`port ${port} of ${host} is in use: choose another with --port, or 0 for any that is free`)
  }
}
