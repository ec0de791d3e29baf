import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAuthority } from '@flotilla/apiserver'
import type { Json } from './kubectl.ts'

/** An OpenID provider that vouches for whomever it is told to. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string
  /** PEM. */
  readonly ca: string
  /** A token with these claims; it is good for five minutes if they do not say otherwise. */
  token(claims: Readonly<Record<string, unknown>>): string
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Starts one on a free port. */
export async function startIssuer(): Promise<TestIssuer> {
  const authority = await openAuthority({ dir: mkdtempSync(join(tmpdir(), 'issuer-')), hosts: ['127.0.0.1'] })
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const documents: Record<string, Json> = {
    '/keys': { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] },
  }
  const server = createServer(await authority.server(), ({ url = '' }, response) => {
    response.writeHead(documents[url] ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(documents[url] ?? {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
  documents['/.well-known/openid-configuration'] = {
    issuer: url,
    jwks_uri: `${url}/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  }
  return {
    url,
    ca: authority.ca,
    token(claims) {
      const seconds = Math.floor(Date.now() / 1000)
      const whole = { iss: url, aud: 'flotilla', iat: seconds, exp: seconds + 300, ...claims }
      const text = `${encoded({ alg: 'RS256', kid: 'one' })}.${encoded(whole)}`
      return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
