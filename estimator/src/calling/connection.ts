import { type ChannelCredentials, Client, Metadata, type MethodDefinition, status } from '@grpc/grpc-js'

/** What is said with a question beside it, and until when an answer is of use. */
export interface Call {
  /** `kind=Deployment, name=shop/web`: what it is about, for the estimator's log. */
  readonly object: string
  /** Milliseconds of the clock. */
  readonly deadline: number
}

const settings = {
  'grpc.max_reconnect_backoff_ms': 30_000,
  'grpc.max_receive_message_length': 64 << 10, // an answer is a number
}

/** Whether nobody was there to answer. */
const isAbsent = (cause: unknown): boolean => (cause as { code?: number }).code === status.UNAVAILABLE

/** One estimator, at whichever of its addresses somebody is. */
export class Connection {
  readonly #clients: readonly Client[]
  /** The address where somebody was last. */
  #at = 0

  constructor(addresses: readonly string[], credentials: ChannelCredentials) {
    this.#clients = addresses.map((address) => new Client(address, credentials, settings))
  }

  async ask<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    call: Call,
  ): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const client = this.#clients[this.#at]
      if (!client) throw new Error('it has no address')
      try {
        return await unary(client, method, request, call)
      } catch (cause) {
        if (!isAbsent(cause) || tries >= this.#clients.length) throw cause
        this.#at = (this.#at + 1) % this.#clients.length
      }
    }
  }

  close(): void {
    for (const client of this.#clients) client.close()
  }
}

function unary<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
  request: Request,
  { object, deadline }: Call,
): Promise<Response> {
  const metadata = new Metadata()
  metadata.set('object', object)
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      { deadline },
      (error, answer) => (error || answer === undefined ? reject(error ?? new Error('no answer')) : resolve(answer)),
    )
  })
}
