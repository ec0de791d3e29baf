import { faultOf } from '@flotilla/kube'
import type { Http, HttpAnswer, HttpConnection } from '@flotilla/sdk'
import type { Objects } from '../store/objects.ts'
import { type ClientConfig, type Locate, placeOf, urlOf } from './place.ts'

/** What webhooks are reached with. */
export interface Outside {
  readonly http: Http
  readonly objects: Objects
  readonly locate?: Locate
}

/** An answer that is longer is none: no object is as long, not even in base64. */
const longestAnswer = 8 * 2 ** 20

const shortest = 200

const firstWords = (body: Uint8Array): string => new TextDecoder().decode(body).trim().slice(0, shortest)

/** What client-go says of an answer that is no success. */
const refusalOf = ({ status, body }: HttpAnswer): string => {
  if (status === 404) return 'the server could not find the requested resource'
  if (status >= 500)
    return `an error on the server (${JSON.stringify(firstWords(body) || 'unknown')}) has prevented the request from succeeding`
  return `the server rejected our request for an unknown reason (${status})`
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const said = cause instanceof Error ? cause.message : String(cause)
  return said || faultOf(error)
}

/** The connections to one webhook. They are kept from call to call, and opened anew when it has moved. */
export class Line {
  readonly #outside: Outside
  readonly #config: ClientConfig
  #connection: HttpConnection | undefined
  #address: string | undefined
  #closed = false

  constructor(outside: Outside, config: ClientConfig) {
    this.#outside = outside
    this.#config = config
  }

  /** The answer to a question in JSON, read. Throws an `Error` that says what went wrong. */
  async ask(question: string, timeout: number): Promise<unknown> {
    const url = `${urlOf(this.#config)}?timeout=${timeout / 1000}s`
    const answer = await this.#send(question, timeout).catch((error: unknown) => {
      throw new Error(`Post "${url}": ${reasonOf(error)}`, { cause: error })
    })
    if (answer.status < 200 || answer.status > 299) throw new Error(refusalOf(answer))
    try {
      return JSON.parse(new TextDecoder().decode(answer.body))
    } catch (cause) {
      throw new Error(`the answer is not JSON: ${JSON.stringify(firstWords(answer.body))}`, { cause })
    }
  }

  /** Calls that are under way still get their answer. */
  close(): void {
    this.#closed = true
    this.#connection?.close()
    this.#connection = undefined
  }

  async #send(body: string, timeout: number): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const { url } = { url: urlOf(this.#config) }
    const { pathname, search } = new URL(url)
    const query = `${search ? `${search}&` : '?'}timeout=${timeout / 1000}s`
    return this.#open().send({ body, headers, timeout, path: pathname + query })
  }

  #open(): HttpConnection {
    const { http, objects, locate } = this.#outside
    const place = placeOf(this.#config, objects, locate)
    if (this.#connection && this.#address === place.address) return this.#connection
    this.#connection?.close()
    const connection = http.open({ ...place, longestAnswer })
    this.#address = place.address
    this.#connection = this.#closed ? undefined : connection
    return connection
  }
}
