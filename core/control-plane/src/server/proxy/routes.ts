import type { IncomingMessage } from 'node:http'
import { type Connection, responseOn, type Upgrades, type User } from '@flotilla/kube'
import { ApiError, clusterKind, reasonOf } from '@flotilla/sdk'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { failure } from '../failure.ts'
import { refuse } from './answers.ts'
import type { ClusterProxy, Lead } from './proxy.ts'

const root = `/apis/${clusterKind.apiVersion}/${clusterKind.plural}`

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw failure(400, 'BadRequest', `the path ${text} is not valid`)
  }
}

const proxyPath = new RegExp(`^${root}/([^/?]+)/proxy(?![^/?])(.*)$`)

/** Where in which cluster a path below `proxy` leads. */
export function leadOf(url: string): Omit<Lead, 'caller'> | undefined {
  const [, name, rest] = proxyPath.exec(url) ?? []
  if (name === undefined || rest === undefined) return undefined
  return { cluster: decoded(name), target: rest.startsWith('/') ? rest : `/${rest}` }
}

export interface ClusterProxyRoutes {
  readonly proxy: ClusterProxy
  /** Who asks to be led to a cluster, when he may. Throws what refuses it. */
  readonly admit: (request: IncomingMessage, cluster: string) => Promise<User>
  /** Where those are taken that ask for another protocol. */
  readonly upgrades: Upgrades
}

const refusalOf = (error: unknown): ApiError =>
  error instanceof ApiError
    ? error
    : failure(503, 'ServiceUnavailable', `it could not be found out who asks, or whether he may: ${reasonOf(error)}`)

/** `clusters/<name>/proxy`, and all that is below it. */
export const clusterProxyRoutes =
  ({ proxy, admit, upgrades }: ClusterProxyRoutes): FastifyPluginAsync =>
  async (app) => {
    const lead = async (request: IncomingMessage): Promise<Lead> => {
      const found = leadOf(request.url ?? '')
      if (!found) throw failure(404, 'NotFound', 'the server could not find the requested resource')
      return { ...found, caller: await admit(request, found.cluster) }
    }
    const upgrade = async (request: IncomingMessage, connection: Connection): Promise<void> => {
      try {
        await proxy.upgrade(request, connection, await lead(request))
      } catch (error) {
        refuse(responseOn(request, connection.socket), refusalOf(error))
      }
    }
    const handler = async ({ raw }: FastifyRequest, reply: FastifyReply) => {
      reply.hijack()
      try {
        await proxy.handle(raw, reply.raw, await lead(raw))
      } catch (error) {
        refuse(reply.raw, refusalOf(error))
      }
      return reply
    }
    upgrades.take(
      ({ url = '' }) => proxyPath.test(url),
      (request, connection) => void upgrade(request, connection),
    )
    app.addHook('preClose', () => proxy.close())
    app.removeAllContentTypeParsers() // what is led through is not read here
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const url of [`${root}/:name/proxy`, `${root}/:name/proxy/*`])
      app.route({ method: methods, url, exposeHeadRoute: false, handler })
  }
