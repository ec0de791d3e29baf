import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A connection on which another protocol was asked for, and what was read of it already. */
export interface Connection {
  readonly socket: Duplex
  readonly head: Buffer
}

/** Has the connection from here on. It answers the request, too. */
export type UpgradeHandler = (request: IncomingMessage, connection: Connection) => void

interface Owner {
  readonly takes: (request: IncomingMessage) => boolean
  readonly handler: UpgradeHandler
}

/** An answer on the connection of a request that asked for another protocol. */
export function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket) // an HTTP server's
  socket.on('error', () => {}) // it ends, which is all there is to know
  response.once('finish', () => (socket as Socket).destroySoon())
  return response
}

/**
 * Shares what asks a server for another protocol among those who speak one. What nobody takes is answered as if it had not asked,
 * which is what HTTP wants and Kubernetes does.
 */
export class Upgrades {
  readonly #owners: Owner[] = []

  /** Those for which `takes` holds are the handler's. Who came first is asked first. */
  take(takes: Owner['takes'], handler: UpgradeHandler): void {
    this.#owners.push({ takes, handler })
  }

  /** For a server's `shouldUpgradeCallback`: the others are then ordinary requests to it, with their bodies. */
  isTaken(request: IncomingMessage): boolean {
    return this.#ownerOf(request) !== undefined
  }

  /** `ordinary` answers what nobody takes and a server gives us all the same. */
  listen(server: Server | TlsServer, ordinary: RequestListener): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const owner = this.#ownerOf(request)
      if (owner) owner.handler(request, { socket, head })
      else ordinary(request, responseOn(request, socket))
    })
  }

  #ownerOf(request: IncomingMessage): Owner | undefined {
    return this.#owners.find(({ takes }) => takes(request))
  }
}
