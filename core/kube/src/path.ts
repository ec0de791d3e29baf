import type { Key, Kind } from '@flotilla/sdk'

/** Kubernetes names and namespaces that are one segment of a URL; anything else would address something else. */
function segment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new TypeError(`"${text}" is not the name of an object`)
  return encodeURIComponent(text).replaceAll('%3A', ':')
}

const versionPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** Where the objects of a kind are listed and created: of one namespace, or of all. */
export const collectionPath = ({ apiVersion, plural, scope }: Kind<unknown>, namespace?: string): string =>
  namespace && scope === 'Namespaced'
    ? `${versionPath(apiVersion)}/namespaces/${segment(namespace)}/${plural}`
    : `${versionPath(apiVersion)}/${plural}`

/** Where one object is, or a subresource of it. Throws a `TypeError` for a key that names no single object. */
export const objectPath = (kind: Kind<unknown>, { namespace, name }: Key, subresource?: string): string =>
  `${collectionPath(kind, namespace)}/${segment(name)}${subresource ? `/${subresource}` : ''}`
