import type { Dispatcher } from 'undici'
import { agentFor, type Route } from './agent.ts'
import type { Credentials } from './credentials.ts'

/** The connections to one server. A new client certificate gets new ones; those of the old one end when they are idle. */
export class Connections {
  readonly #route: Route
  readonly #agents = new Set<Dispatcher>()
  #agent: Dispatcher | undefined
  #cert: string | undefined
  #key: string | undefined
  #destroyed: Promise<unknown> | undefined

  constructor(route: Route) {
    this.#route = route
  }

  for({ cert, key }: Credentials): Dispatcher {
    if (this.#destroyed) throw new Error('the connections are closed')
    if (this.#agent && cert === this.#cert && key === this.#key) return this.#agent
    if (this.#agent) void this.#retire(this.#agent)
    this.#cert = cert
    this.#key = key
    this.#agent = agentFor(this.#route, { cert, key })
    this.#agents.add(this.#agent)
    return this.#agent
  }

  /** Ends everything, at once and for good. */
  destroy(): Promise<unknown> {
    this.#destroyed ??= Promise.all([...this.#agents].map((agent) => agent.destroy()))
    return this.#destroyed
  }

  async #retire(agent: Dispatcher): Promise<void> {
    await agent.close().catch(() => {}) // it was destroyed meanwhile
    this.#agents.delete(agent)
  }
}
