/** A server of somebody else's that is asked over HTTP: a webhook, a registry. */
export interface HttpServer {
  /** Where it is. What is asked without a path of its own is asked at the path of this URL. */
  readonly url: string
  /** The authorities that may have signed its certificate, in PEM; by default those Node knows. */
  readonly ca?: string
  /** The host, and the port behind a colon, to connect to when it is not the one of the URL. The certificate is still that of the URL. */
  readonly address?: string
  /** A bearer token, or who knows it: it is asked before every call. */
  readonly token?: string | (() => Promise<string>)
  /** How long an answer may be, in bytes, unpacked; by default 4 MiB. */
  readonly longestAnswer?: number
  /** How many calls may be under way at once; others wait for their turn, within their own time. By default 64. */
  readonly connections?: number
}

export interface HttpCall {
  /** By default `POST` with a body and `GET` without. */
  readonly method?: string
  /** With its query; by default what the URL of the server says. */
  readonly path?: string
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Milliseconds until it is given up: to the last byte of the answer. */
  readonly timeout: number
  readonly signal?: AbortSignal
}

/** What came back, whatever its status: redirects are not followed. */
export interface HttpAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Connections to a server, kept from call to call. */
export interface HttpConnection {
  /**
   * Asks. A call whose connection breaks before an answer has begun is made once more: a server that closes idle connections, or
   * comes back from a restart, is no failure. So ask only what may be asked twice.
   *
   * @throws FlotillaError `SERVER_UNREACHABLE` when there was no whole answer in time, in words for who runs the server
   */
  send(call: HttpCall): Promise<HttpAnswer>
  /** Takes no more calls; those under way end by themselves. */
  close(): void
}

/** How a plugin reaches others. */
export interface Http {
  /** Connects with the first call. What is open ends with the plugin's scope. */
  open(server: HttpServer): HttpConnection
}
