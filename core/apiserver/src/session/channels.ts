import { Readable, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'

/** Bytes that may wait to be read from a channel. While they do, nothing is read from the connection. */
const backlog = 256 * 1024

/** By which a channel is closed, in the fifth version of the protocol. */
const closing = 255

interface Codec {
  encode(channel: number, data: Buffer): Buffer | string
  /** Undefined for what names no channel. */
  decode(message: Buffer): readonly [channel: number, data: Buffer] | undefined
}

const binary: Codec = {
  encode: (channel, data) => Buffer.concat([Buffer.of(channel), data]),
  decode: (message) => (message.length > 0 ? [message.readUInt8(0), message.subarray(1)] : undefined),
}

const zero = 48

const base64: Codec = {
  encode: (channel, data) => String.fromCharCode(zero + channel) + data.toString('base64'),
  decode: (message) =>
    message.length > 0
      ? [message.readUInt8(0) - zero, Buffer.from(message.toString('latin1', 1), 'base64')]
      : undefined,
}

/** What is written goes to the client as messages of a channel. */
class Outgoing extends Writable {
  constructor(send: (data: Buffer, done: (error?: Error) => void) => void) {
    super({ write: (chunk, _, done) => send(chunk, done) })
    this.on('error', () => {}) // it ends, which is all there is to know
  }
}

/** Several streams on one WebSocket: each message says first which it belongs to. */
export class Channels {
  readonly #socket: WebSocket
  readonly #codec: Codec
  readonly #onData: () => void
  readonly #incoming = new Map<number, Readable>()
  readonly #outgoing = new Set<Writable>()

  /** `onData` hears whenever something is said, by either side. */
  constructor(socket: WebSocket, protocol: string, onData: () => void = () => {}) {
    this.#socket = socket
    this.#codec = protocol.includes('base64') ? base64 : binary
    this.#onData = onData
    socket.on('message', (message) => this.#take(message as Exclude<RawData, ArrayBuffer | Buffer[]>)) // as it comes by default
    socket.on('error', () => {}) // it ends, which is all there is to know
    socket.on('close', () => this.#close())
  }

  /** What the client says on a channel. */
  readable(channel: number): Readable {
    const stream = new Readable({ highWaterMark: backlog, read: () => this.#socket.resume() })
    stream.on('error', () => {})
    this.#incoming.set(channel, stream)
    return stream
  }

  /** What the client hears on a channel. */
  writable(channel: number): Writable {
    const stream = new Outgoing((data, done) => {
      this.#onData()
      this.#socket.send(this.#codec.encode(channel, data), done)
    })
    this.#outgoing.add(stream)
    return stream
  }

  /** Tells the client that a channel is there, though nothing has been said on it. */
  greet(channel: number): void {
    this.#socket.send(this.#codec.encode(channel, Buffer.alloc(0)))
  }

  /** Says that no more is to come, and hears no more than that the client has understood. */
  end(): void {
    for (const stream of this.#incoming.values()) stream.destroy()
    this.#socket.resume()
    this.#socket.close(1000)
  }

  #take(message: Buffer): void {
    this.#onData()
    const [channel, data] = this.#codec.decode(message) ?? []
    if (channel === undefined || data === undefined) return
    if (channel === closing) this.#endOf(data.at(0) ?? closing)
    else if (data.length > 0 && this.#push(channel, data) === false) this.#socket.pause()
  }

  #push(channel: number, data: Buffer): boolean | undefined {
    const stream = this.#incoming.get(channel)
    return stream?.destroyed ? undefined : stream?.push(data) // what nobody has asked for is of no use to anyone
  }

  #endOf(channel: number): void {
    this.#incoming.get(channel)?.push(null)
    this.#incoming.delete(channel)
  }

  #close(): void {
    for (const stream of this.#incoming.values()) stream.destroy()
    for (const stream of this.#outgoing) stream.destroy()
  }
}
