import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Connection, faultOf, type PassAnswer, relay, relayUpgrade, responseOn, type User } from '@flotilla/kube'
import { ApiError, type Metrics, reasonOf } from '@flotilla/sdk'
import { refuse } from './answers.ts'
import { passedOn } from './headers.ts'
import { refusal } from './refusals.ts'
import { type Ground, Ways } from './ways.ts'

/** Where a request goes, and whose it is. */
export interface Lead {
  readonly cluster: string
  /** Path and query in the member. */
  readonly target: string
  /** Who may do so, as has been found out. */
  readonly caller: User
}

/** The door to members. */
export interface ClusterProxy {
  /** Answers a request with what the member answers. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, lead: Lead): Promise<void>
  /** The same for one that asks for another protocol. */
  upgrade(request: IncomingMessage, connection: Connection, lead: Lead): Promise<void>
  /** Ends everything that is led through. */
  close(): Promise<void>
}

export interface ClusterProxyOptions extends Ground {
  readonly metrics: Metrics
  /** How many requests may be under way at once; by default 1000. Streams count for as long as they last. */
  readonly most?: number
}

const usualMost = 1000

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

class HttpClusterProxy implements ClusterProxy {
  readonly #ways: Ways
  readonly #most: number
  readonly #count: (cluster: string, code: number) => void
  /** Connections that have become another protocol, which nobody else knows. */
  readonly #tied = new Set<Duplex>()
  #underWay = 0

  constructor({ metrics, most = usualMost, ...ground }: ClusterProxyOptions) {
    this.#ways = new Ways(ground)
    this.#most = most
    const counter = metrics.counter({
      name: 'flotilla_cluster_proxy_requests_total',
      help: 'Requests that were led through to members, by the code of the answer.',
      labels: ['member_cluster', 'code'],
    })
    this.#count = (cluster, code) => counter.add({ member_cluster: cluster, code: String(code) })
  }

  handle(request: IncomingMessage, response: ServerResponse, lead: Lead): Promise<void> {
    return this.#within(response, lead, async (signal) =>
      relay(response, await this.#ask(request, lead, { signal, ...(hasBody(request) && { body: request }) })),
    )
  }

  upgrade(request: IncomingMessage, connection: Connection, lead: Lead): Promise<void> {
    const { socket } = connection
    const response = responseOn(request, socket)
    return this.#within(response, lead, async (signal) => {
      const { upgrade = '' } = request.headers
      const answer = await this.#ask(request, lead, { signal, upgrade })
      response.detachSocket(socket as Socket) // the one it was given
      this.#tied.add(socket)
      await relayUpgrade(connection, answer)
      this.#tied.delete(socket)
    })
  }

  close(): Promise<void> {
    for (const socket of this.#tied) socket.destroy()
    return this.#ways.close()
  }

  /** One of those that are under way, until its client leaves or it is done. */
  async #within(response: ServerResponse, lead: Lead, step: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#underWay >= this.#most) return refuse(response, refusal.busy(this.#most))
    this.#underWay++
    const life = new AbortController()
    const end = () => life.abort(new Error('the client has left'))
    response.socket?.once('close', end)
    response.once('close', end)
    try {
      await step(life.signal)
    } catch (error) {
      refuse(response, error instanceof ApiError ? error : refusal.failed(lead.cluster, reasonOf(error)))
    } finally {
      this.#underWay--
      response.socket?.off('close', end)
    }
  }

  /** What the member says. Throws what refuses the request when it cannot be asked. */
  async #ask(
    request: IncomingMessage,
    { cluster, target, caller }: Lead,
    how: { readonly signal: AbortSignal; readonly body?: IncomingMessage; readonly upgrade?: string },
  ): Promise<PassAnswer> {
    const { passage, place, authorization } = await this.#ways.to(cluster)
    const { method = 'GET' } = request
    const headers = passedOn(request.headers, caller, authorization)
    const answer = await passage.pass({ method, target, headers, ...how }).catch((error) => {
      throw refusal.silent(cluster, place, faultOf(error))
    })
    this.#count(cluster, answer.status)
    if (answer.status !== 401) return answer
    answer.content.destroy() // it is not the caller it does not know
    throw refusal.noWay(
      cluster,
      'it does not know the account that speaks for users; "flotilla join" makes a new token for it',
    )
  }
}

/** Leads users through to members, in their own names. */
export const createClusterProxy = (options: ClusterProxyOptions): ClusterProxy => new HttpClusterProxy(options)
