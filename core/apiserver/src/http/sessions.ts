import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Connection } from '@flotilla/kube'
import type { Speak } from '../session/speak.ts'

/** Milliseconds in which sessions may end by themselves. */
const patience = 1_000

/** What goes on on connections that are not for HTTP any more. */
export class Sessions {
  readonly #idleMs: number
  readonly #connections = new WeakMap<IncomingMessage, Connection>()
  readonly #open = new Map<Duplex, Promise<void>>()
  readonly #end = new AbortController()

  constructor(idleMs: number) {
    this.#idleMs = idleMs
  }

  /** Who answers this request may have its connection. */
  offer(request: IncomingMessage, connection: Connection): void {
    this.#connections.set(request, connection)
  }

  isOffered(request: IncomingMessage): boolean {
    return this.#connections.has(request)
  }

  /** Begins on a connection that was offered, in place of a response. */
  begin(request: IncomingMessage, response: ServerResponse, speak: Speak): void {
    const connection = this.#connections.get(request)
    if (!connection) throw new Error('there is no connection to have')
    const { socket } = connection
    response.detachSocket(socket as Socket) // an HTTP server's
    const running = speak(connection, this.#end.signal, this.#idleMs).catch(() => undefined) // it ends
    this.#open.set(socket, running)
    void running.then(() => {
      this.#open.delete(socket)
      socket.destroy()
    })
  }

  /** Ends everything that goes on. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the server stops'))
    const late = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.destroy()
    }, patience)
    await Promise.all(this.#open.values())
    clearTimeout(late)
  }
}
