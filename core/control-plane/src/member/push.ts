import { createClient, type HttpOptions, httpTransport } from '@flotilla/kube'
import {
  type Cluster,
  definePlugin,
  errors,
  type Manifest,
  member,
  on,
  type Plugin,
  type StringMap,
} from '@flotilla/sdk'

const decode = (text: string): string => Buffer.from(text, 'base64').toString()

/** Several values of a header are separated by commas. */
const listed = (headers: StringMap): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.split(',')]))

/**
 * How a cluster in push mode is reached: what its spec says, and the identity in its secret. That is `token`, as
 * `karmadactl join` writes it, or `tls.crt` and `tls.key`; `caBundle` is what the server's certificate is checked with.
 */
export function pushOptions({ metadata: { name }, spec }: Cluster, secret: Manifest | undefined): HttpOptions {
  if (!spec.apiEndpoint) throw errors.CLUSTER_NOT_CONNECTABLE(name, 'spec.apiEndpoint is empty')
  const data = (secret?.data ?? {}) as Readonly<Record<string, string | undefined>> // a Secret's
  const text = (key: string): string | undefined => (data[key] ? decode(data[key]) : undefined)
  const token = text('token')
  const cert = text('tls.crt')
  const key = text('tls.key')
  const ca = text('caBundle')
  if (!token && !(cert && key)) {
    throw errors.CLUSTER_NOT_CONNECTABLE(name, 'its secret has neither token, nor tls.crt and tls.key')
  }
  return {
    server: spec.apiEndpoint,
    insecure: spec.insecureSkipTLSVerification ?? false,
    ...(token && { token }),
    ...(cert && key && { cert, key }),
    ...(ca && !spec.insecureSkipTLSVerification && { ca }),
    ...(spec.proxyURL && { proxyUrl: spec.proxyURL }),
    ...(spec.proxyHeader && { proxyHeaders: listed(spec.proxyHeader) }),
  }
}

/** Connects to clusters in push mode over HTTP. It is loaded last, so that a plugin may know a better way. */
export const pushMembers: Plugin = definePlugin({
  name: 'push-members',
  extensions: ({ metrics }) => [
    on(member.connect, ({ cluster, secret, signal }) => {
      if (!cluster.spec.secretRef) return undefined
      const transport = httpTransport({ ...pushOptions(cluster, secret), metrics })
      signal.addEventListener('abort', () => void transport.close(), { once: true })
      return createClient(transport)
    }),
  ],
})
