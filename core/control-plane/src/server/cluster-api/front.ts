import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { User } from '@flotilla/kube'
import type { Kind, Manifest } from '@flotilla/sdk'

/** How an API server proves that it is the one in front, and how it says who asks. */
export interface Front {
  /** Signs its certificate, PEM. */
  readonly ca: string
  /** Who it may be; empty: anyone of that authority. */
  readonly names: readonly string[]
  readonly userHeaders: readonly string[]
  readonly groupHeaders: readonly string[]
}

/** A ConfigMap, as far as it is read. */
export interface ConfigMap extends Manifest {
  readonly data?: Readonly<Record<string, string>>
}

export const configMapKind: Kind<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
}

/** Where an API server says how it may be known. */
export const frontConfig = { namespace: 'kube-system', name: 'extension-apiserver-authentication' } as const

const list = (text: string | undefined): readonly string[] => {
  const value: unknown = text ? JSON.parse(text) : []
  return Array.isArray(value) ? value.map(String) : []
}

/** What it says; undefined when it does not vouch for anyone. Throws when that cannot be read. */
export function frontOf({ data = {} }: ConfigMap): Front | undefined {
  const { 'requestheader-client-ca-file': ca } = data
  if (!ca) return undefined
  return {
    ca,
    names: list(data['requestheader-allowed-names']),
    userHeaders: list(data['requestheader-username-headers']),
    groupHeaders: list(data['requestheader-group-headers']),
  }
}

/** Whether a request comes from who it may. */
function isFront({ socket }: IncomingMessage, { names }: Front): boolean {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return false
  if (names.length === 0) return true
  const { CN: name } = socket.getPeerCertificate().subject ?? {}
  return [name].flat().some((each) => each !== undefined && names.includes(each))
}

/** Who asks, by the word of who is in front; undefined when nobody believable says so. */
export function callerOf(request: IncomingMessage, front: Front): User | undefined {
  if (!isFront(request, front)) return undefined
  const valuesOf = (header: string) => request.headersDistinct[header.toLowerCase()] ?? []
  const [name] = front.userHeaders.flatMap(valuesOf)
  return name ? { name, groups: front.groupHeaders.flatMap(valuesOf) } : undefined
}
