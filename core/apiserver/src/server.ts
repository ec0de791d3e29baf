import { channel } from 'node:diagnostics_channel'
import { createHttp, type User } from '@flotilla/kube'
import type { Log, Manifest } from '@flotilla/sdk'
import type { Identity } from './access/access.ts'
import { attributesOf } from './access/attributes.ts'
import { impersonated } from './access/impersonation.ts'
import { type AccessOptions, foreignAccess, openAccess } from './access/open.ts'
import { ensureRoles } from './access/rbac/defaults.ts'
import { noEscalation } from './access/rbac/escalation.ts'
import { signersGuard, whoAsked } from './access/signing.ts'
import type { Tokens } from './access/tokens.ts'
import { Addresses, type ServiceOptions } from './admission/addresses.ts'
import { type Admission, chain } from './admission/admission.ts'
import { Gate } from './admission/gate.ts'
import { initialNamespaces, namespaceLifecycle } from './admission/namespace-lifecycle.ts'
import { ownAdmission, ownGuard } from './admission/own.ts'
import { podSecurity } from './admission/pod-security/pod-security.ts'
import { Quotas } from './admission/quotas.ts'
import { serviceAccount } from './admission/service-account.ts'
import type { Delegate } from './aggregation/delegate.ts'
import { Delegates } from './aggregation/delegates.ts'
import { ensureFrontProxy, type FrontProxy } from './aggregation/front-proxy.ts'
import { LocalServices } from './aggregation/local.ts'
import { Remotes } from './aggregation/remotes.ts'
import { type Authorize, checkAllowed, checkAuthorized, isMaster, masters } from './authorization.ts'
import { builtins } from './builtin/index.ts'
import { Accounts } from './controller/accounts.ts'
import { BootstrapSigner } from './controller/bootstrap-signer.ts'
import { Certificates } from './controller/certificates.ts'
import { ClusterRoles } from './controller/cluster-roles.ts'
import { Definitions, keepUntilClean } from './controller/definitions.ts'
import { Garbage } from './controller/garbage.ts'
import { bootstrapTokens, events, Leftovers, signingRequests } from './controller/leftovers.ts'
import { Namespaces } from './controller/namespaces.ts'
import { PolicyStatus } from './controller/policy-status.ts'
import { QuotaStatus } from './controller/quota-status.ts'
import { Requests } from './controller/requests.ts'
import { Documents, health, isProbe, isPublic } from './documents.ts'
import type { Engine } from './engine.ts'
import { errorAnswer, handleResource } from './handler.ts'
import type { Kubelet } from './kubelet.ts'
import type { Locate } from './outside/place.ts'
import { withSharedFields } from './patch/patch.ts'
import { idOf, Registry } from './registry/registry.ts'
import type { Answer, BodyAnswer, Request } from './request.ts'
import type { Convert, Resource } from './resource.ts'
import { refusal } from './status.ts'
import type { Storage } from './storage/storage.ts'
import { Objects } from './store/objects.ts'
import { inProcessTransport } from './transport.ts'
import { Watches } from './watch/watches.ts'

/** What a server where no Pods run does better without. */
export type AdmissionPlugin = 'ServiceAccount'

export interface ApiServerOptions {
  /** For messages. */
  readonly name: string
  readonly storage: Storage
  /** Asked before every write, after the server's own checks. */
  readonly admission?: Admission
  /** What of a cluster's own admission is left out, by the name Kubernetes has for it. */
  readonly withoutAdmission?: readonly AdmissionPlugin[]
  /** How long a Pod stays on a machine that nobody hears of, if it does not say; by default 300 seconds. */
  readonly tolerationSeconds?: number
  /**
   * Converts objects of CustomResourceDefinitions whose conversion is by webhook, in place of the webhook, which is then
   * not called. Where it does not know a kind, the webhook is.
   */
  readonly convert?: Convert
  /**
   * Where the Service of a webhook listens, as `host:port`; by default, and where it does not know, one of the endpoints that
   * the server has of it.
   */
  readonly locate?: Locate
  /** Roles and their bindings say who may do what; there are ServiceAccounts. By default every user may do everything. */
  readonly access?: AccessOptions
  /** Who says it where roles do not. */
  readonly authorize?: Authorize
  /**
   * Whose writes are recorded in `managedFields`; by default everyone's. Controllers in the same process can be left
   * out: they apply nothing, and to record every field of what they write doubles its size.
   */
  readonly tracks?: (user: User) => boolean
  /**
   * Whose objects are made with the status they come with; by default nobody's. Who plays a kubelet in the same process
   * writes a pod that starts at once only once.
   */
  readonly keepsStatus?: (user: User) => boolean
  /** Knows what containers write; without one, logs are refused. */
  readonly kubelet?: Kubelet
  /** CustomResourceDefinitions to have from the start: created, or updated to what they say here. */
  readonly crds?: readonly Manifest[]
  /** Subresources that lead to something else, by the name of the definition: whoever mounts the server answers for them. */
  readonly connects?: Readonly<Record<string, readonly string[]>>
  /** Versions of groups that are answered for here and not by this library, by name: `metrics.k8s.io/v1beta1`. */
  readonly groups?: Readonly<Record<string, Delegate>>
  /** What other API servers, which APIServices lead to, know this one by as one that speaks for others. */
  readonly frontProxy?: FrontProxy
  /** Whether what has lost all its owners goes; by default it does. A server that holds a part of what there is must not. */
  readonly collectsGarbage?: boolean
  /**
   * Whether the server counts what is used of ResourceQuotas; by default someone else does, and what that one has not written
   * into their status does not hold.
   */
  readonly countsQuotas?: boolean
  /** What Services are given: addresses in the cluster, ports of its nodes. By default nothing: somebody else may give it. */
  readonly services?: ServiceOptions
  readonly log: Log
  readonly now?: () => Date
  /** How many changes are remembered for watches that resume. By default 4096. */
  readonly history?: number
  /** How many events may wait for a watcher that does not read. By default 10,000. */
  readonly watchBacklog?: number
}

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

const register = (registry: Registry, resources: readonly Resource[]): void => {
  const byId = Map.groupBy(resources, idOf)
  for (const [id, versions] of byId) {
    registry.replace(id, versions, { storageVersion: versions[0]?.version ?? '', custom: false })
  }
}

/** Who asks a server for tokens looks first whether it makes any. */
const withoutTokens = ({ own, ...resource }: Resource): Resource =>
  own?.some(({ name }) => name === 'token') ? resource : { ...resource, ...(own && { own }) }

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** What others check tokens with. */
const tokenDocument = async (tokens: Tokens | undefined, path: string): Promise<BodyAnswer | undefined> => {
  if (path === '/.well-known/openid-configuration' && tokens) return { code: 200, body: tokens.configuration() }
  if (path === '/openid/v1/jwks' && tokens)
    return { code: 200, body: await tokens.keys(), contentType: 'application/jwk-set+json' }
  return undefined
}

const handlePath = async (documents: Documents, tokens: Tokens | undefined, request: Request): Promise<BodyAnswer> => {
  const { path } = request
  const state = isProbe(path) && isRead(request) ? health(path, request.query) : undefined
  if (state !== undefined) return { code: 200, body: state }
  const answer = documents.find(request) ?? (await tokenDocument(tokens, path))
  if (answer === undefined) throw refusal.unknownPath()
  if (!isRead(request)) throw refusal.methodNotAllowed()
  return answer
}

const usualToleration = 300

const system: User = { name: 'system:apiserver', groups: [masters] }

/** Opens storage and serves what is in it. */
export const createApiServer = async (options: ApiServerOptions): Promise<ApiServer> => {
  const { name, storage, log, authorize, now = () => new Date() } = options
  const onError = (error: unknown) => log.error('an error that was not foreseen', { server: name, error })
  const objects = await Objects.open(storage, {
    onError,
    restored: withSharedFields,
    onStorage: (error) =>
      error === undefined
        ? log.info('changes are stored again', { server: name })
        : log.error('changes are not stored', { server: name, error }),
    ...(options.history !== undefined && { history: options.history }),
  })
  const registry = new Registry()
  register(registry, options.access?.tokenKey === undefined ? builtins.map(withoutTokens) : builtins)
  const watches = new Watches(objects)
  const life = new AbortController()
  const http = createHttp({ signal: life.signal })
  const access = options.access
    ? openAccess(objects, options.access, { http, log, now })
    : authorize && foreignAccess(authorize)
  const isWithout = (plugin: AdmissionPlugin): boolean => options.withoutAdmission?.includes(plugin) ?? false
  const admit = chain([
    namespaceLifecycle(objects),
    keepUntilClean,
    whoAsked,
    ...(options.access && !isWithout('ServiceAccount') ? [serviceAccount(objects)] : []),
    ownAdmission(objects, options.tolerationSeconds ?? usualToleration),
    ...(options.admission ? [options.admission] : []),
  ])
  const guard = chain([
    podSecurity(objects),
    ownGuard(objects),
    ...(access?.rbac ? [noEscalation(access.rbac, access.authorize), signersGuard(access.authorize)] : []),
  ])
  const { watchBacklog = 10_000, locate, frontProxy } = options
  const outside = { http, objects, ...(locate && { locate }) }
  const gate = new Gate(outside, registry, access?.authorize)
  const { tracks = () => true, keepsStatus = () => false } = options
  const engine: Engine = {
    objects,
    registry,
    watches,
    watchBacklog,
    admit,
    guard,
    gate,
    quotas: new Quotas(objects, options.countsQuotas ?? false),
    tracks,
    keepsStatus,
    collects: options.collectsGarbage !== false,
    now,
    ...(access && { access }),
    ...(options.kubelet && { kubelet: options.kubelet }),
    ...(options.services && { addresses: new Addresses(objects, options.services) }),
  }

  const remotes = new Remotes({
    objects,
    ...(locate && { locate }),
    ...(frontProxy && { identity: frontProxy }),
    now,
    log,
  })
  const delegates = new Delegates(options.groups, remotes)
  const groups = Object.keys(options.groups ?? {})
  const locals = new LocalServices({ objects, registry, groups, now, log })
  const documents = new Documents(registry, delegates)

  const actor = async ({ user, impersonation }: Pick<Request, 'user' | 'impersonation'>): Promise<User> =>
    impersonation ? impersonated(access?.authorize, user, impersonation) : user

  async function asked(request: Request): Promise<Request> {
    const { user } = request
    const acting = await actor(request)
    const done = acting === user ? request : { ...request, user: acting }
    if (access && !isMaster(acting) && !isPublic(request.path)) await checkAuthorized(access.authorize, done)
    return done
  }

  async function answerTo(sent: Request): Promise<Answer> {
    try {
      const request = isMaster(sent.user) && !sent.impersonation ? sent : await asked(sent)
      const delegate = delegates.at(request.path)
      if (delegate) return await delegate(request)
      return (await handleResource(engine, request)) ?? (await handlePath(documents, access?.tokens, request))
    } catch (error) {
      return errorAnswer(error, onError)
    }
  }

  const server: ApiServer = {
    name,
    hearsAnonymous: access?.rbac !== undefined,
    passesOn: (path) => delegates.at(path) !== undefined,
    async check(sent) {
      const user = await actor(sent)
      if (access) await checkAllowed(access.authorize, attributesOf({ ...sent, user }))
      return user
    },
    identify: async (token) => (await access?.identify(token))?.user,
    async handle(request) {
      const answer = await answerTo(request)
      if (exchanges.hasSubscribers) exchanges.publish({ server: name, request, answer } satisfies Exchange)
      return answer
    },
    async close() {
      watches.close()
      gate.close()
      const all = [definitions, locals, remotes, namespaces, garbage, leftovers, counting, policies, ...ofAccess]
      await Promise.all(all.map((controller) => controller?.close()))
      life.abort()
      await objects.close()
    },
  }
  const requests = new Requests(inProcessTransport(server, system))
  const definitions = new Definitions(engine, requests, log, outside, options)
  const namespaces = new Namespaces(engine, requests, log, delegates)
  const garbage = options.collectsGarbage === false ? undefined : new Garbage(engine, requests, log)
  const passing = options.access ? [events, bootstrapTokens, signingRequests] : [events]
  const leftovers = new Leftovers(engine, requests, log, passing)
  const policies = new PolicyStatus(engine, requests, log)
  const counting = options.countsQuotas ? new QuotaStatus(engine, requests, log) : undefined
  const ofAccess = options.access ? accessControllers(engine, requests, log, options.access) : []
  try {
    await Promise.all([
      ...initialNamespaces.map((namespace) => ensureNamespace(objects, requests, namespace)),
      ...(options.access ? [ensureRoles(objects, now())] : []),
    ])
    await definitions.install(options.crds ?? [])
    await Promise.all([locals.start(), delegates.discover()])
    if (frontProxy) await ensureFrontProxy(objects, requests, frontProxy, options.access?.authority?.ca)
    remotes.start(requests)
  } catch (error) {
    await server.close()
    throw error
  }
  return server
}

const accessControllers = (engine: Engine, requests: Requests, log: Log, { authority }: AccessOptions) => [
  new ClusterRoles(engine, requests, log),
  new Accounts(engine, requests, log, authority?.ca),
  new BootstrapSigner(engine, requests, log),
  ...(authority ? [new Certificates(engine, requests, log, authority)] : []),
]

const ensureNamespace = async (objects: Objects, requests: Requests, name: string): Promise<void> => {
  if (objects.get({ resource: 'namespaces', namespace: '', name })) return
  await requests.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}
