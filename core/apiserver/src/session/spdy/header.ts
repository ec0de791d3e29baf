import { createInflate, type Inflate } from 'node:zlib'

/** What SPDY/3 takes for known when headers are compressed: words with their lengths, and a text. */
const words =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status'

const rest =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.'

const sized = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}

export const dictionary: Buffer = Buffer.concat([
  ...words.split(' ').map(sized),
  ...['200 OK', 'version', 'HTTP/1.1', 'url', 'public', 'set-cookie', 'keep-alive', 'origin'].map(sized),
  Buffer.from(rest),
])

export type Headers = ReadonlyMap<string, string>

/** The largest headers, in bytes, however small they came. */
const mostBytes = 64 * 1024

const tooLarge = () => new Error(`headers of more than ${mostBytes} bytes`)

function parse(block: Buffer): Headers {
  let at = 0
  const bytes = (length: number): Buffer => {
    if (at + length > block.length) throw new Error('headers that end too early')
    at += length
    return block.subarray(at - length, at)
  }
  const number = () => bytes(4).readUInt32BE()
  const text = () => bytes(number()).toString()
  const headers = new Map<string, string>()
  for (let left = number(); left > 0; left--) headers.set(text().toLowerCase(), text())
  return headers
}

/** Reads the headers of a connection, block by block in their order: each is compressed with what came before. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary })
  #parts: Buffer[] = []
  #size = 0

  constructor() {
    this.#inflate.on('data', (part: Buffer) => this.#take(part))
    this.#inflate.on('error', () => {}) // who reads is told
  }

  read(block: Buffer): Promise<Headers> {
    const { promise, resolve, reject } = Promise.withResolvers<Headers>()
    const broken = (error: Error) => reject(error)
    this.#inflate.once('error', broken)
    this.#inflate.write(block, (error) => {
      this.#inflate.off('error', broken)
      const whole = Buffer.concat(this.#parts)
      this.#parts = []
      this.#size = 0
      if (error) return reject(error)
      try {
        resolve(parse(whole))
      } catch (cause) {
        reject(cause)
      }
    })
    return promise
  }

  close(): void {
    this.#inflate.destroy()
  }

  #take(part: Buffer): void {
    this.#size += part.length
    if (this.#size > mostBytes) this.#inflate.destroy(tooLarge())
    else this.#parts.push(part)
  }
}

/** How a compressed text of ours begins: that the dictionary is meant, by its checksum. */
const beginning = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2])

/** No headers at all: a block of four zeros, stored as they are, and an empty one, at which Go's reader gives out what it has. */
const none = Buffer.from([0x00, 0x04, 0x00, 0xfb, 0xff, 0, 0, 0, 0, 0x00, 0x00, 0x00, 0xff, 0xff])

/** Writes what we have to say in headers, which is nothing. */
export class HeaderWriter {
  #isFirst = true

  empty(): Buffer {
    const block = this.#isFirst ? Buffer.concat([beginning, none]) : none
    this.#isFirst = false
    return block
  }
}
