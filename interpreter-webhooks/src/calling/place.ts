import type {
  HttpServer,
  ResourceInterpreterWebhook,
  Service,
  Store,
  WebhookClientConfig,
  WebhookService,
} from '@flotilla/sdk'

/** Where the Services of the control plane are looked up. */
export type Services = Pick<Store<Service>, 'get'>

/**
 * The host of a Service that the control plane knows, as Karmada finds it: an ExternalName is that name, any other is its cluster IP.
 * One it does not know is looked up by its name in the DNS, as one of the cluster that the control plane runs in.
 */
function addressOf({ namespace, name }: WebhookService, services: Services | undefined): string | undefined {
  const { type, externalName, clusterIP } = services?.get({ namespace, name })?.spec ?? {}
  if (type === 'ExternalName') return externalName
  return clusterIP && clusterIP !== 'None' ? clusterIP : undefined
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function atService(service: WebhookService, services: Services | undefined): Pick<HttpServer, 'url' | 'address'> {
  const { namespace, name, port = 443, path = '/' } = service
  const url = new URL(path, `https://${name}.${namespace}.svc:${port}`).href
  const host = addressOf(service, services)
  return host ? { url, address: `${bracketed(host)}:${port}` } : { url }
}

const authority = ({ caBundle }: WebhookClientConfig): Pick<HttpServer, 'ca'> =>
  caBundle ? { ca: Buffer.from(caBundle, 'base64').toString() } : {}

/** Where a webhook is asked: its certificate is that of the URL, or of `name.namespace.svc`. */
export function placeOf(
  { clientConfig }: Pick<ResourceInterpreterWebhook, 'clientConfig'>,
  services?: Services,
): HttpServer {
  const { url = '', service } = clientConfig
  return { ...(service ? atService(service, services) : { url }), ...authority(clientConfig) }
}
