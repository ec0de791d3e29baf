/** What the two sides of a border say to each other. */
export interface Frame {
  /** The program it is about. */
  readonly program: number
  readonly text: string
}

/** Its length, and the program. */
const head = 8

export function encode({ program, text }: Frame): Buffer {
  const length = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(head + length)
  bytes.writeUInt32LE(length)
  bytes.writeUInt32LE(program, 4)
  bytes.write(text, head)
  return bytes
}

const decode = (bytes: Buffer, end: number): Frame => ({
  program: bytes.readUInt32LE(4),
  text: bytes.toString('utf8', head, end),
})

const sizeOf = (bytes: Buffer): number => (bytes.length < head ? head : head + bytes.readUInt32LE())

/** Puts frames together from the pieces they arrive in. */
export class Frames {
  #pieces: Buffer[] = []
  #length = 0
  #wanted = head;

  /** The frames that are whole with this piece, which may be overwritten then. */
  *with(piece: Buffer): Generator<Frame> {
    this.#length += piece.length
    if (this.#length < this.#wanted) {
      this.#pieces.push(Buffer.from(piece))
      return
    }
    let bytes = Buffer.concat([...this.#pieces, piece], this.#length)
    let size = sizeOf(bytes)
    for (; size <= bytes.length; size = sizeOf(bytes)) {
      yield decode(bytes, size)
      bytes = bytes.subarray(size)
    }
    this.#pieces = [bytes]
    this.#length = bytes.length
    this.#wanted = size
  }
}
