import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { faultOf, isBroken, openPassage, type PassAnswer, type Passage, type PassCall } from '@flotilla/kube'
import type { Outside } from '../outside/line.ts'
import { placeOf } from '../outside/place.ts'
import type { Answer, BodyAnswer, Request } from '../request.ts'
import type { Credential } from '../tls.ts'
import type { ApiService } from './api-service.ts'
import { passedOn } from './headers.ts'

type Spec = ApiService['spec']
type Service = NonNullable<Spec['service']>

/** What other API servers are reached with. */
export interface Abroad extends Omit<Outside, 'http'> {
  /** What they know the server by, as one that speaks for others. */
  readonly identity?: Credential
}

/** As Kubernetes says that nobody is there: not in its own words, but in those of HTTP. */
export const unavailable: BodyAnswer = { code: 503, body: 'service unavailable\n' }

const unreached = (error: unknown): BodyAnswer => ({
  code: 503,
  body: `error trying to reach service: ${faultOf(error)}\n`,
})

/** Whoever is sent elsewhere by an extension could be sent anywhere, with the proof of who he is. */
const astray: BodyAnswer = {
  code: 502,
  body: 'the backend attempted to redirect this request, which is not permitted',
}

const isRedirect = ({ status, headers }: PassAnswer): boolean =>
  status >= 300 && status < 400 && headers.location !== undefined

const queryOf = (query: Request['query']): string => {
  const text = new URLSearchParams(query).toString()
  return text && `?${text}`
}

const questionIn = (target: string): string => {
  const mark = target.indexOf('?')
  return mark < 0 ? '' : target.slice(mark)
}

/** The path as it was understood here, in whatever way it was written. */
const targetOf = ({ path, query, wire }: Request): string =>
  encodeURI(path).replaceAll(/[?#]/g, encodeURIComponent) + (wire ? questionIn(wire.target) : queryOf(query))

const bytesOf = (request: Request): Uint8Array | undefined => {
  if (request.wire) return request.wire.body
  const body = request.body({ apiVersion: '', kind: '' })
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body))
}

const toldOf = (
  { accept, contentType = 'application/json', userAgent, wire }: Request,
  body: unknown,
): IncomingHttpHeaders =>
  wire?.incoming.headers ?? {
    ...(accept && { accept }),
    ...(userAgent && { 'user-agent': userAgent }),
    ...(body !== undefined && { 'content-type': contentType }),
  }

/** Ends with whoever waits for the answer. */
const lifeOf = ({ signal, wire }: Request): AbortSignal => {
  if (!wire) return signal ?? new AbortController().signal
  const gone = new AbortController()
  wire.outgoing.once('close', () => gone.abort(new Error('nobody waits for the answer any more')))
  return gone.signal
}

/** A request, as it is sent each time. `host`: where to. */
const callOf = (request: Request, host: string): (() => PassCall) => {
  const { method, path, user, wire } = request
  const body = bytesOf(request)
  const { 'content-length': _, ...told } = toldOf(request, body)
  const headers = {
    ...passedOn(told, user, wire?.incoming),
    ...(body && { 'content-length': String(body.length) }),
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': path,
  }
  const signal = lifeOf(request)
  const upgrade = request.upgrade && wire?.incoming.headers.upgrade
  return () => ({
    ...(upgrade && { upgrade }),
    method,
    target: targetOf(request),
    headers,
    signal,
    ...(body && { body: Readable.from([body]) }),
  })
}

/** A connection that was kept may have been closed at the other end: who only reads may ask anew. */
const again = async <T>({ method }: Request, pass: () => Promise<T>): Promise<T> => {
  try {
    return await pass()
  } catch (error) {
    if (method !== 'GET' || !isBroken(error)) throw error
    return pass()
  }
}

/** An API server behind a Service. Connections are kept from request to request, and opened anew when it has moved. */
export class Extension {
  readonly #abroad: Abroad
  readonly #spec: Spec
  readonly #service: Service
  #passage: Passage | undefined
  #address: string | undefined
  #closed = false

  constructor(abroad: Abroad, spec: Spec, service: Service) {
    this.#abroad = abroad
    this.#spec = spec
    this.#service = service
  }

  /** Where it is now, as an URL. Throws, with the reason, when that is nowhere. */
  place(): string {
    const { objects, locate } = this.#abroad
    return `https://${placeOf({ service: this.#service }, objects, locate).address}`
  }

  /** Its answer to a request, in the name of the user. Never rejects: that there is none is an answer. */
  async answer(request: Request): Promise<Answer> {
    try {
      return await this.send(request)
    } catch (error) {
      return unreached(error)
    }
  }

  /** The same; rejects when there is none. */
  async send(request: Request): Promise<Answer> {
    const url = this.place()
    const call = callOf(request, new URL(url).host)
    const answer = await again(request, () => this.#open(url).pass(call()))
    if (isRedirect(answer)) {
      answer.content.destroy()
      return astray
    }
    return answer
  }

  /** Ends all that is under way. */
  close(): void {
    this.#closed = true
    void this.#passage?.close()
    this.#passage = undefined
  }

  #open(server: string): Passage {
    if (this.#passage && this.#address === server) return this.#passage
    void this.#passage?.close()
    const { namespace, name } = this.#service
    const { caBundle, insecureSkipTLSVerify: insecure = false } = this.#spec
    const { identity } = this.#abroad
    const passage = openPassage({
      server,
      serverName: `${name}.${namespace}.svc`,
      insecure,
      ...(caBundle && { ca: Buffer.from(caBundle, 'base64').toString() }),
      ...(identity && { identity }),
    })
    this.#address = server
    this.#passage = this.#closed ? undefined : passage
    return passage
  }
}
