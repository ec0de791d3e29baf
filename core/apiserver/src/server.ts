import { channel } from 'node:diagnostics_channel'
import type { User } from '@flotilla/kube'
import type { Identity } from './access/access.ts'
import { ensureRoles } from './access/rbac/defaults.ts'
import { initialNamespaces } from './admission/namespace-lifecycle.ts'
import { Delegates } from './aggregation/delegates.ts'
import { ensureFrontProxy } from './aggregation/front-proxy.ts'
import { LocalServices } from './aggregation/local.ts'
import { Remotes } from './aggregation/remotes.ts'
import { assemble } from './assembly.ts'
import { masters } from './authorization.ts'
import { startControllers } from './controller/controllers.ts'
import { Requests } from './controller/requests.ts'
import { Documents } from './documents.ts'
import { Front } from './front.ts'
import type { ApiServerOptions } from './options.ts'
import type { Answer, Request } from './request.ts'
import type { Objects } from './store/objects.ts'
import { inProcessTransport } from './transport.ts'

/** A Kubernetes API server in this process. */
export interface ApiServer {
  readonly name: string
  /** Never rejects: a refusal is an answer. */
  handle(request: Request): Promise<Answer>
  /** Who a bearer token stands for; undefined: for nobody. */
  identify(token: string): Promise<Identity['user'] | undefined>
  /** Who a request is made as that somebody else answers. Throws 403 when he may not do what it asks for. */
  check(request: Pick<Request, 'method' | 'path' | 'query' | 'user' | 'impersonation'>): Promise<User>
  /** Whether somebody else answers what is asked at a path. */
  passesOn(path: string): boolean
  /** Whether roles say what those may do who do not say who they are. Where they do not, these may do nothing. */
  readonly hearsAnonymous: boolean
  /** Ends watches, stores what was accepted, closes storage. */
  close(): Promise<void>
}

/** What was asked of a server of this process, and what it answered. */
export interface Exchange {
  readonly server: string
  readonly request: Request
  readonly answer: Answer
}

/** Every `Exchange` is a message of this channel. Benchmarks count what is written by it; it costs nothing else. */
export const exchanges = channel('flotilla:exchange')

const system: User = { name: 'system:apiserver', groups: [masters] }

/** Opens storage and serves what is in it. */
export const createApiServer = async (options: ApiServerOptions): Promise<ApiServer> => {
  const { name, log, locate, frontProxy } = options
  const assembly = await assemble(options)
  const { engine, life, onError } = assembly
  const { objects, registry, watches, gate, access, now } = engine
  const remotes = new Remotes({
    objects,
    ...(locate && { locate }),
    ...(frontProxy && { identity: frontProxy }),
    now,
    log,
  })
  const delegates = new Delegates(options.groups, remotes)
  const locals = new LocalServices({ objects, registry, groups: Object.keys(options.groups ?? {}), now, log })
  const front = new Front(engine, new Documents(registry, delegates), delegates, onError)

  const server: ApiServer = {
    name,
    hearsAnonymous: access?.rbac !== undefined,
    passesOn: (path) => delegates.at(path) !== undefined,
    check: (sent) => front.check(sent),
    identify: async (token) => (await access?.identify(token))?.user,
    async handle(request) {
      const answer = await front.answer(request)
      if (exchanges.hasSubscribers) exchanges.publish({ server: name, request, answer } satisfies Exchange)
      return answer
    },
    async close() {
      watches.close()
      gate.close()
      await Promise.all([controllers, locals, remotes].map((each) => each.close()))
      life.abort()
      await objects.close()
    },
  }
  const requests = new Requests(inProcessTransport(server, system))
  const controllers = startControllers(assembly, requests, delegates, options)
  try {
    await Promise.all([
      ...initialNamespaces.map((namespace) => ensureNamespace(objects, requests, namespace)),
      ...(options.access ? [ensureRoles(objects, now())] : []),
    ])
    await controllers.definitions.install(options.crds ?? [])
    await Promise.all([locals.start(), delegates.discover()])
    if (frontProxy) await ensureFrontProxy(objects, requests, frontProxy, options.access?.authority?.ca)
    remotes.start(requests)
  } catch (error) {
    await server.close()
    throw error
  }
  return server
}

const ensureNamespace = async (objects: Objects, requests: Requests, name: string): Promise<void> => {
  if (objects.get({ resource: 'namespaces', namespace: '', name })) return
  await requests.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}
