import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What a line does with the bytes of a connection. */
export type Mood =
  /** It carries them. */
  | 'well'
  /** It takes them, and nothing arrives; nobody is told. Connections stay open, as behind a NAT that forgot them. */
  | 'silent'
  /** It carries a few at a time. */
  | 'slow'
  /** It takes no new connections, and has ended the others. */
  | 'away'

export interface LineOptions {
  /** Where the server is. */
  readonly port: number
  /** Bytes that go through every 10 ms while it is slow; by default 2000. */
  readonly slowBytes?: number
}

/** A TCP connection and its other half. */
interface Pair {
  readonly near: Socket
  readonly far: Socket
  /** Bytes towards the client after which it is cut. */
  left: number
  /** Whether what comes is thrown away: it does not recover, whatever the line does. */
  isDead: boolean
}

const slowMs = 10

/** A TCP line between a client and a server, with faults on request. */
export class Line {
  readonly port: number
  readonly #options: LineOptions
  readonly #server
  readonly #pairs = new Set<Pair>()
  #mood: Mood = 'well'
  /** Connections that were made through it. */
  connections = 0

  private constructor(options: LineOptions, server: ReturnType<typeof createServer>) {
    this.#options = options
    this.#server = server
    this.port = (server.address() as AddressInfo).port // it listens on a port
    server.on('connection', (near: Socket) => this.#accept(near))
  }

  static async open(options: LineOptions): Promise<Line> {
    const server = createServer({ pauseOnConnect: true })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new Line(options, server)
  }

  get open(): number {
    return this.#pairs.size
  }

  /** How it is from now on. Connections that were silent once stay so: nobody remembers them. */
  turn(mood: Mood): void {
    this.#mood = mood
    if (mood === 'silent') for (const pair of this.#pairs) pair.isDead = true
    if (mood === 'away') this.reset()
  }

  /** Resets all connections. */
  reset(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
  }

  /** Cuts each connection after so many more bytes towards the client, wherever that is in a message. */
  cut(bytes: number): void {
    for (const pair of this.#pairs) pair.left = bytes
  }

  async close(): Promise<void> {
    this.reset()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(near: Socket): void {
    if (this.#mood === 'away') return void near.resetAndDestroy()
    this.connections++
    const far = connect({ port: this.#options.port, host: '127.0.0.1' })
    const pair: Pair = { near, far, left: Number.POSITIVE_INFINITY, isDead: this.#mood === 'silent' }
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', () => undefined).on('close', end)
    void this.#carry(pair, near, far)
    void this.#carry(pair, far, near)
  }

  async #carry(pair: Pair, from: Socket, to: Socket): Promise<void> {
    from.resume()
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (!(await this.#pass(pair, chunk, to))) return
      }
      if (!pair.isDead) to.end()
    } catch {
      // It broke, and so does the other half.
    }
  }

  /** Whether there is more to carry. */
  async #pass(pair: Pair, chunk: Buffer, to: Socket): Promise<boolean> {
    if (pair.isDead) return true
    if (to === pair.near && chunk.length >= pair.left) {
      to.end(chunk.subarray(0, pair.left))
      return false
    }
    if (to === pair.near) pair.left -= chunk.length
    for (let start = 0; start < chunk.length; ) {
      const end = this.#mood === 'slow' ? start + (this.#options.slowBytes ?? 2_000) : chunk.length
      if (!to.write(chunk.subarray(start, end))) await Promise.race([once(to, 'drain'), once(to, 'close')])
      if (this.#mood === 'slow') await new Promise((resolve) => setTimeout(resolve, slowMs))
      start = end
    }
    return true
  }
}
