import { once } from 'node:events'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { gunzipSync } from 'node:zlib'

/** Where a server listens, and who asks there. */
export interface Place {
  readonly port: number
  readonly ca: string
  readonly cert?: string
  readonly key?: string
  readonly token?: string
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly headers?: string
}

export interface Answered {
  readonly status: number
  readonly body: Buffer
}

const crlf = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')

/** The pieces of a chunked body; undefined when it has not all come. */
const chunksOf = (bytes: Buffer): Buffer[] | undefined => {
  const pieces: Buffer[] = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf(crlf, at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    const start = line + 2
    if (bytes.length < start + size + 2) return undefined
    if (size === 0) return pieces
    pieces.push(bytes.subarray(start, start + size))
    at = start + size + 2
  }
}

const terminator = Buffer.from('0\r\n\r\n')

/** What has come of one answer. */
class Incoming {
  #parts: Buffer[] = []
  #size = 0
  #head: string | undefined
  #bodyAt = 0
  #length: number | undefined

  /** The answer, when it is complete. */
  take(part: Buffer): Answered | undefined {
    this.#parts.push(part)
    this.#size += part.length
    if (this.#head === undefined && !this.#readHead()) return undefined
    if (this.#length !== undefined && this.#size < this.#bodyAt + this.#length) return undefined
    if (this.#length === undefined && !part.subarray(-5).equals(terminator)) return undefined
    return this.#answer()
  }

  #whole(): Buffer {
    const [first] = this.#parts
    const whole = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts)
    this.#parts = [whole]
    return whole
  }

  #readHead(): boolean {
    const whole = this.#whole()
    const end = whole.indexOf(headEnd)
    if (end < 0) return false
    this.#head = whole.toString('latin1', 0, end).toLowerCase()
    this.#bodyAt = end + 4
    const length = /\r\ncontent-length: (\d+)/.exec(this.#head)?.[1]
    this.#length = length === undefined ? undefined : Number(length)
    return true
  }

  #answer(): Answered | undefined {
    const head = this.#head ?? ''
    const sent = this.#whole().subarray(this.#bodyAt)
    const chunks = this.#length === undefined ? chunksOf(sent) : [sent]
    if (chunks === undefined) return undefined
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    return {
      status: Number(head.slice(9, 12)),
      body: head.includes('content-encoding: gzip') ? gunzipSync(body) : body,
    }
  }
}

/** One kept connection, one request at a time: as little work as an HTTP client can have. */
export class Connection {
  readonly socket: TLSSocket
  readonly #common: string
  #incoming = new Incoming()
  #settle: { readonly resolve: (answer: Answered) => void; readonly reject: (error: Error) => void } | undefined

  private constructor(socket: TLSSocket, token: string | undefined) {
    this.socket = socket
    this.#common = `host: localhost\r\nuser-agent: bench/1\r\n${token ? `authorization: Bearer ${token}\r\n` : ''}`
    const gone = (error?: Error) => this.#settle?.reject(error ?? new Error('the server has closed the connection'))
    socket.on('data', (part: Buffer) => this.#hear(part))
    socket.on('error', gone)
    socket.on('close', () => gone())
  }

  static async open({ port, token, ...tls }: Place): Promise<Connection> {
    const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ...tls })
    socket.setNoDelay(true)
    await once(socket, 'secureConnect')
    return new Connection(socket, token)
  }

  /** The text of a request. */
  textOf({ method, path, body, headers = 'accept: application/json\r\n' }: Asked): string {
    const head = `${method} ${path} HTTP/1.1\r\n${this.#common}${headers}`
    if (body === undefined) return `${head}\r\n`
    return `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }

  ask(asked: Asked): Promise<Answered> {
    const { promise, resolve, reject } = Promise.withResolvers<Answered>()
    this.#settle = { resolve, reject }
    this.socket.write(this.textOf(asked))
    return promise
  }

  #hear(part: Buffer): void {
    const answer = this.#incoming.take(part)
    if (answer === undefined) return
    this.#incoming = new Incoming()
    const settle = this.#settle
    this.#settle = undefined
    settle?.resolve(answer)
  }
}
