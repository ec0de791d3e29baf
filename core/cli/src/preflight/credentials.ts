import { X509Certificate } from 'node:crypto'
import type { Credentials } from '@flotilla/kube'

/** When a token says that it ends, in milliseconds since the epoch; not every token says so. */
function endOfToken(token: string): number | undefined {
  const [, claims = ''] = token.split('.')
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly exp?: unknown } // a JWT's, perhaps
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}

function endOfCertificate(cert: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(cert).validTo)
  } catch {
    return undefined
  }
}

const ended = (what: string, end: number | undefined, now: number): string => {
  if (end !== undefined && end <= now) return `${what} ended at ${new Date(end).toISOString()}`
  return `${what} is not one it knows`
}

/** Why an API server would not have credentials, as far as they say so themselves. */
export function whyRefused({ authorization, cert }: Credentials, now: Date): string {
  const [, token] = /^Bearer (.+)$/.exec(authorization ?? '') ?? []
  if (token !== undefined) return ended('its token', endOfToken(token), now.getTime())
  if (authorization !== undefined) return 'its user name or password is not one it knows'
  if (cert !== undefined) return ended('its client certificate', endOfCertificate(cert), now.getTime())
  return 'it has none'
}
