import { Duplex } from 'node:stream'
import { type ControlFrame, type DataPart, FrameReader, flag, frame, reason, type } from './frame.ts'
import { HeaderReader, type Headers, HeaderWriter } from './header.ts'

/** Bytes that may wait to be read from a stream. While they do, nothing is read from the connection. */
const backlog = 256 * 1024

/** Streams that a client may have at once. */
const mostStreams = 1000

/** Milliseconds the client has to close a connection on which all is said. */
const lastMs = 5_000

/** What a stream says through its connection. */
interface Line {
  say(bytes: Buffer, done?: (error?: Error | null) => void): void
  forget(id: number): void
}

/** A stream that a client has opened. It is silent, both ways, until someone reads and writes. */
export class SpdyStream extends Duplex {
  readonly headers: Headers
  readonly #id: number
  readonly #line: Line
  #wanted = Promise.withResolvers<void>()

  constructor(id: number, headers: Headers, line: Line) {
    super({ readableHighWaterMark: backlog })
    this.headers = headers
    this.#id = id
    this.#line = line
    this.on('error', () => {}) // it ends, which is all there is to know
  }

  /** Takes what the client says. Resolves when there is room for more. */
  async hear(data: Buffer, isLast: boolean): Promise<void> {
    if (this.destroyed) return
    this.#wanted = Promise.withResolvers<void>()
    const hasRoom = data.length === 0 || this.push(data)
    if (isLast) this.push(null)
    else if (!hasRoom) await this.#wanted.promise
  }

  override _read(): void {
    this.#wanted.resolve()
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#line.say(frame.data(this.#id, chunk), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#line.say(frame.data(this.#id, Buffer.alloc(0), flag.fin), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#wanted.resolve()
    if (!this.readableEnded || !this.writableFinished) this.#line.say(frame.rstStream(this.#id, reason.cancel))
    this.#line.forget(this.#id)
    done(error)
  }
}

/**
 * The server's side of SPDY/3 as Kubernetes uses it: a client opens streams, and both sides talk on them. There are no windows; who
 * does not read is not read from either.
 */
export class SpdyConnection {
  readonly #duplex: Duplex
  readonly #onStream: (stream: SpdyStream) => void
  readonly #onData: () => void
  readonly #streams = new Map<number, SpdyStream>()
  readonly #headers = new HeaderReader()
  readonly #answers = new HeaderWriter()
  #last = 0
  /** The client wants no more streams. */
  #isClosing = false
  #isOver = false

  /** `onData` hears whenever something is said on a stream, by either side. */
  constructor(duplex: Duplex, onStream: (stream: SpdyStream) => void, onData: () => void = () => {}) {
    this.#duplex = duplex
    this.#onStream = onStream
    this.#onData = onData
    duplex.on('error', () => {}) // it ends, which is all there is to know
  }

  /** Serves until the client has left, or says what is not SPDY, or until `end`. */
  async run(): Promise<void> {
    const frames = new FrameReader()
    try {
      for await (const chunk of this.#duplex) {
        for (const each of frames.read(chunk)) {
          if ('type' in each) await this.#control(each)
          else await this.#data(each)
        }
      }
    } catch {
      this.#say(frame.goAway(this.#last, reason.protocolError)) // where anyone still hears it
    } finally {
      this.#isOver = true
      for (const stream of this.#streams.values()) stream.destroy()
      this.#headers.close()
      this.#duplex.destroy()
    }
  }

  /** Says that no more is to come, once what was said is sent. */
  end(): void {
    if (this.#isOver) return
    this.#say(frame.goAway(this.#last, 0))
    this.#duplex.end()
    setTimeout(() => this.#duplex.destroy(), lastMs).unref()
  }

  readonly #line: Line = {
    say: (bytes, done) => {
      this.#onData()
      this.#say(bytes, done)
    },
    forget: (id) => this.#streams.delete(id),
  }

  #say(bytes: Buffer, done: (error?: Error | null) => void = () => {}): void {
    if (this.#duplex.writable) this.#duplex.write(bytes, done)
    else done(new Error('the client has left'))
  }

  async #data({ stream: id, isLast, data }: DataPart): Promise<void> {
    this.#onData()
    const stream = this.#streams.get(id)
    if (stream) await stream.hear(data, isLast)
  }

  async #control({ type: of, flags, body }: ControlFrame): Promise<void> {
    if (of === type.synStream) return this.#open(body, flags)
    if (of === type.headers) return void (await this.#headers.read(body.subarray(4))) // the next need them read
    if (of === type.rstStream) return void this.#streams.get(body.readUInt32BE(0))?.destroy()
    if (of === type.ping && body.readUInt32BE(0) % 2 === 1) return this.#say(frame.ping(body.readUInt32BE(0)))
    if (of === type.goAway) this.#isClosing = true
    // settings and windows change nothing here
  }

  async #open(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff
    const headers = await this.#headers.read(body.subarray(10))
    if (id % 2 === 0 || id <= this.#last) throw new Error(`a stream ${id} after ${this.#last}`)
    this.#last = id
    if (this.#isClosing || this.#streams.size >= mostStreams) return this.#say(frame.rstStream(id, reason.refused))
    const stream = new SpdyStream(id, headers, this.#line)
    this.#streams.set(id, stream)
    this.#onData()
    this.#say(frame.synReply(id, this.#answers.empty()))
    if ((flags & flag.fin) !== 0) void stream.hear(Buffer.alloc(0), true)
    this.#onStream(stream)
  }
}
