/** Types of control frames. */
export const type = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const

export const flag = { fin: 1 } as const

/** Why a stream ends at once. */
export const reason = { protocolError: 1, refused: 3, cancel: 5 } as const

export interface ControlFrame {
  readonly type: number
  readonly flags: number
  readonly body: Buffer
}

/** A part of what a stream says. A large frame comes in several, the last of which may be its end. */
export interface DataPart {
  readonly stream: number
  readonly isLast: boolean
  readonly data: Buffer
}

export type Frame = ControlFrame | DataPart

/** The largest control frame, in bytes. */
const mostControl = 64 * 1024

const nothing = Buffer.alloc(0)

interface Head {
  readonly stream: number
  readonly flags: number
  left: number
}

/** Cuts what comes on a connection into frames. Throws for what is not SPDY/3. */
export class FrameReader {
  #rest: Buffer = nothing
  /** The data frame that is being read. */
  #data: Head | undefined;

  *read(chunk: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    for (let frame = this.#next(); frame; frame = this.#next()) yield frame
  }

  #next(): Frame | undefined {
    if (this.#data) return this.#part(this.#data)
    if (this.#rest.length < 8) return undefined
    const first = this.#rest.readUInt32BE(0)
    const flags = this.#rest.readUInt8(4)
    const length = this.#rest.readUIntBE(5, 3)
    if (first < 0x80000000) {
      this.#rest = this.#rest.subarray(8)
      this.#data = { stream: first, flags, left: length }
      return this.#part(this.#data)
    }
    return this.#control(first, flags, length)
  }

  #part(head: Head): DataPart | undefined {
    if (head.left > 0 && this.#rest.length === 0) return undefined
    const data = this.#rest.subarray(0, head.left)
    this.#rest = this.#rest.subarray(data.length)
    head.left -= data.length
    if (head.left === 0) this.#data = undefined
    return { stream: head.stream, isLast: head.left === 0 && (head.flags & flag.fin) !== 0, data }
  }

  #control(first: number, flags: number, length: number): ControlFrame | undefined {
    const version = (first >>> 16) & 0x7fff
    if (version !== 3) throw new Error(`a frame of SPDY/${version}`)
    if (length > mostControl) throw new Error(`a control frame of ${length} bytes`)
    if (this.#rest.length < 8 + length) return undefined
    const body = this.#rest.subarray(8, 8 + length)
    this.#rest = this.#rest.subarray(8 + length)
    return { type: first & 0xffff, flags, body }
  }
}

const headOf = (first: number, flags: number, length: number): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(first)
  head.writeUInt8(flags, 4)
  head.writeUIntBE(length, 5, 3)
  return head
}

const control = (of: number, body: Buffer, flags = 0): Buffer =>
  Buffer.concat([headOf((0x80030000 | of) >>> 0, flags, body.length), body])

const numbers = (...values: readonly number[]): Buffer => {
  const body = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) body.writeUInt32BE(value, 4 * i)
  return body
}

/** Frames as they are sent. */
export const frame = {
  data: (stream: number, data: Buffer, flags = 0): Buffer => Buffer.concat([headOf(stream, flags, data.length), data]),
  synStream: (stream: number, block: Buffer, flags = 0): Buffer =>
    control(type.synStream, Buffer.concat([numbers(stream, 0), Buffer.alloc(2), block]), flags),
  synReply: (stream: number, block: Buffer): Buffer => control(type.synReply, Buffer.concat([numbers(stream), block])),
  rstStream: (stream: number, status: number): Buffer => control(type.rstStream, numbers(stream, status)),
  ping: (id: number): Buffer => control(type.ping, numbers(id)),
  goAway: (last: number, status: number): Buffer => control(type.goAway, numbers(last, status)),
} as const
