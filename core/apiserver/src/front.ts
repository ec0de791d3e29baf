import type { User } from '@flotilla/kube'
import { attributesOf } from './access/attributes.ts'
import { impersonated } from './access/impersonation.ts'
import type { Tokens } from './access/tokens.ts'
import type { Delegates } from './aggregation/delegates.ts'
import { checkAllowed, checkAuthorized, isMaster } from './authorization.ts'
import { type Documents, health, isProbe, isPublic } from './documents.ts'
import type { Engine } from './engine.ts'
import { errorAnswer, handleResource } from './handler.ts'
import type { Answer, BodyAnswer, Request } from './request.ts'
import { refusal } from './status.ts'

/** Who asks, and as whom. */
type Asking = Pick<Request, 'user' | 'impersonation'>

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** What others check tokens with. */
const tokenDocument = async (tokens: Tokens | undefined, path: string): Promise<BodyAnswer | undefined> => {
  if (path === '/.well-known/openid-configuration' && tokens) return { code: 200, body: tokens.configuration() }
  if (path === '/openid/v1/jwks' && tokens)
    return { code: 200, body: await tokens.keys(), contentType: 'application/jwk-set+json' }
  return undefined
}

/** Where requests come in: it is found out as whom each is made, whether he may, and who answers. */
export class Front {
  readonly #engine: Engine
  readonly #documents: Documents
  readonly #delegates: Delegates
  readonly #onError: (error: unknown) => void

  constructor(engine: Engine, documents: Documents, delegates: Delegates, onError: (error: unknown) => void) {
    this.#engine = engine
    this.#documents = documents
    this.#delegates = delegates
    this.#onError = onError
  }

  /** Never rejects: a refusal is an answer. */
  async answer(sent: Request): Promise<Answer> {
    try {
      const request = isMaster(sent.user) && !sent.impersonation ? sent : await this.#allowed(sent)
      const delegate = this.#delegates.at(request.path)
      if (delegate) return await delegate(request)
      return (await handleResource(this.#engine, request)) ?? (await this.#document(request))
    } catch (error) {
      return errorAnswer(error, this.#onError)
    }
  }

  /** Who a request is made as that somebody else answers. Throws 403 when he may not do what it asks for. */
  async check(sent: Asking & Pick<Request, 'method' | 'path' | 'query'>): Promise<User> {
    const { access } = this.#engine
    const user = await this.#actor(sent)
    if (access) await checkAllowed(access.authorize, attributesOf({ ...sent, user }))
    return user
  }

  async #actor({ user, impersonation }: Asking): Promise<User> {
    return impersonation ? impersonated(this.#engine.access?.authorize, user, impersonation) : user
  }

  /** The request of whom it is made as. Throws when he may not make it. */
  async #allowed(request: Request): Promise<Request> {
    const { access } = this.#engine
    const acting = await this.#actor(request)
    const done = acting === request.user ? request : { ...request, user: acting }
    if (access && !isMaster(acting) && !isPublic(request.path)) await checkAuthorized(access.authorize, done)
    return done
  }

  /** What is at a path where no resource is. */
  async #document(request: Request): Promise<BodyAnswer> {
    const { path, query } = request
    const state = isProbe(path) && isRead(request) ? health(path, query) : undefined
    if (state !== undefined) return { code: 200, body: state }
    const answer = this.#documents.find(request) ?? (await tokenDocument(this.#engine.access?.tokens, path))
    if (answer === undefined) throw refusal.unknownPath()
    if (!isRead(request)) throw refusal.methodNotAllowed()
    return answer
  }
}
