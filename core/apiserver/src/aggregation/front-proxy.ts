import { deepEqual, type StringMap } from '@flotilla/sdk'
import type { Requests } from '../controller/requests.ts'
import { readKeys } from '../registry/json-path.ts'
import type { Objects } from '../store/objects.ts'
import { type AuthorityOptions, type Credential, openAuthority } from '../tls.ts'

/** What other API servers know this one by, and believe in whose name it asks: a certificate of an authority that has no other use. */
export interface FrontProxy extends Credential {
  /** The authority's certificate. */
  readonly ca: string
  /** The common name in the certificate. */
  readonly name: string
}

const commonName = 'front-proxy-client'

/** Opens what is kept somewhere, where nothing else is, or makes it. */
export const openFrontProxy = async (options: AuthorityOptions): Promise<FrontProxy> => {
  const authority = await openAuthority(options)
  const identity = await authority.client(commonName, { name: commonName, groups: [] })
  return { ...identity, ca: authority.ca, name: commonName }
}

const namespace = 'kube-system'
const name = 'extension-apiserver-authentication'
const collection = `/api/v1/namespaces/${namespace}/configmaps`

const list = (...texts: readonly string[]): string => JSON.stringify(texts)

const dataOf = (proxy: FrontProxy, clientCa: string | undefined): StringMap => ({
  ...(clientCa && { 'client-ca-file': clientCa }),
  'requestheader-allowed-names': list(proxy.name),
  'requestheader-client-ca-file': proxy.ca,
  'requestheader-extra-headers-prefix': list('X-Remote-Extra-'),
  'requestheader-group-headers': list('X-Remote-Group'),
  'requestheader-uid-headers': list('X-Remote-Uid'),
  'requestheader-username-headers': list('X-Remote-User'),
})

/** Tells other API servers, where they look for it, whom to believe. Written when it is not there yet, or another. */
export const ensureFrontProxy = async (
  objects: Objects,
  requests: Requests,
  proxy: FrontProxy,
  clientCa?: string,
): Promise<void> => {
  const data = dataOf(proxy, clientCa)
  const found = objects.get({ resource: 'configmaps', namespace, name })
  if (!found)
    await requests.create(collection, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })
  else if (!deepEqual(readKeys(found, ['data']), data)) await requests.patch(`${collection}/${name}`, { data })
}
