import { reasonOf } from '@flotilla/sdk'

/** What went wrong on the way, for those who run the server: what Node, TLS and undici call it says too little. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'there is no way there',
  ENETUNREACH: 'there is no way there',
  UND_ERR_CONNECT_TIMEOUT: 'it took no connection in time',
  ETIMEDOUT: 'it fell silent',
  ECONNRESET: 'it hung up',
  EPIPE: 'it hung up',
  UND_ERR_SOCKET: 'it hung up',
  UND_ERR_DESTROYED: 'nobody waits for it any more',
  UND_ERR_CLOSED: 'nobody waits for it any more',
  UND_ERR_HEADERS_OVERFLOW: 'its headers have no end',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by no authority that is trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by no authority that is trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by no authority that is trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by no authority that is trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by no authority that is trusted here',
}

/** What an error of a connection is called; that of one of several addresses stands for all. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1))
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

const lastOf = (error: unknown): unknown => (error instanceof AggregateError ? (error.errors.at(-1) ?? error) : error)

/** Why there was no answer, in a sentence. */
export function faultOf(error: unknown): string {
  const said = words[codeOf(error)]
  const reason = reasonOf(lastOf(error)).replace(/; if the root CA .*$/, '') // Node's advice is for its own users
  return said ? `${said} (${reason})` : reason
}

/** Whether the connection broke: it says nothing of the question. */
export const isBroken = (error: unknown): boolean =>
  /^(ECONNRESET|EPIPE|ECONNABORTED|ETIMEDOUT|UND_ERR_SOCKET|ERR_HTTP2_.*)$/.test(codeOf(error))
