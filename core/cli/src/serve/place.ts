import { isIP } from 'node:net'

/** Where the API server asks the control plane: a URL, or a Service in its cluster. */
export interface Place {
  readonly url?: string
  readonly service?: { readonly namespace: string; readonly name: string; readonly port: number }
}

/** A place and the authority that vouches for it, as webhook configurations have it. */
export interface ClientConfig {
  readonly url?: string
  readonly service?: NonNullable<Place['service']> & { readonly path: string }
  readonly caBundle: string
}

/** How a path of a place is reached. `ca` is PEM. */
export const clientConfig = ({ url, service }: Place, ca: string, path: string): ClientConfig => ({
  ...(url !== undefined && { url: new URL(path, url).href }),
  ...(service && { service: { ...service, path } }),
  caBundle: Buffer.from(ca).toString('base64'),
})

/** The names a certificate needs so that a place is believed. */
export function hostsOf({ url, service }: Place): readonly string[] {
  const hosts = new Set(['localhost', '127.0.0.1', '::1'])
  if (service) hosts.add(`${service.name}.${service.namespace}.svc`)
  if (url !== undefined) {
    const { hostname } = new URL(url)
    const bare = hostname.replace(/^\[(.*)\]$/, '$1')
    hosts.add(isIP(bare) ? bare : hostname)
  }
  return [...hosts]
}
