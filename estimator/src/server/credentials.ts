import { ServerCredentials } from '@grpc/grpc-js'

/** Certificates, PEM. */
export interface ServerIdentity {
  readonly cert: string
  readonly key: string
  /** The authority whose clients alone are let in; without it everyone is. */
  readonly clientCa?: string
}

/** TLS 1.3 and nothing older, which grpc-js has no option for. */
class Tls extends ServerCredentials {
  constructor({ cert, key, clientCa }: ServerIdentity) {
    const checks = { requestCert: clientCa !== undefined, rejectUnauthorized: clientCa !== undefined }
    super(checks, { cert, key, minVersion: 'TLSv1.3', ...(clientCa && { ca: clientCa }) })
  }

  _equals(other: ServerCredentials): boolean {
    return this === other
  }
}

/** Without an identity the server speaks plaintext. */
export const serverCredentials = (identity: ServerIdentity | undefined): ServerCredentials =>
  identity ? new Tls(identity) : ServerCredentials.createInsecure()
