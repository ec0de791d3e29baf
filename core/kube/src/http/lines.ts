import type { Readable } from 'node:stream'

export interface LineLimits {
  /** How long there may be nothing at all. */
  readonly idleMs: number
  /** The longest line, in bytes; by default 64 MiB. An API server's objects end far below. */
  readonly longest?: number
}

const newline = 0x0a

/** Bytes of which no newline has come yet. */
class Rest {
  readonly #longest: number
  #chunks: Buffer[] = []
  #length = 0

  constructor(longest: number) {
    this.#longest = longest
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length
    if (this.#length > this.#longest) throw new Error(`a line of the watch is longer than ${this.#longest} bytes`)
    this.#chunks.push(chunk)
  }

  /** All of it with a last piece, as text. Only here are bytes decoded, so that no character is cut in two. */
  take(piece: Buffer): string {
    if (this.#length === 0) return piece.toString()
    const text = Buffer.concat([...this.#chunks, piece]).toString()
    this.#chunks = []
    this.#length = 0
    return text
  }
}

/**
 * The lines of a body, as they come. What follows the last newline when the body ends was cut off, and is dropped.
 * A reader that is slow stops the body from flowing; it is not taken for silence of the other side. After too long a
 * silence it throws, and the body is destroyed.
 */
export async function* linesOf(
  body: Readable,
  { idleMs, longest = 2 ** 26 }: LineLimits,
): AsyncGenerator<string, void> {
  const rest = new Rest(longest)
  let waiting = true
  const silence = () => waiting && body.destroy(new Error(`nothing came for ${Math.round(idleMs / 1000)} s`))
  const timer = setTimeout(silence, idleMs)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      waiting = false
      let start = 0
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        const line = rest.take(chunk.subarray(start, end))
        start = end + 1
        if (line) yield line
      }
      if (start < chunk.length) rest.add(chunk.subarray(start))
      waiting = true
      timer.refresh()
    }
  } finally {
    clearTimeout(timer)
  }
}
