import { type CallOptions, type Client, errors, type Kind, type Manifest } from '@flotilla/sdk'
import type { CallingOptions } from './options.ts'

interface Service extends Manifest {
  readonly spec?: {
    readonly type?: string
    readonly externalName?: string
    readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[]
  }
}

const serviceKind: Kind<Service> = { apiVersion: 'v1', kind: 'Service', plural: 'services', scope: 'Namespaced' }

type Whereabouts = Pick<CallingOptions, 'namespace' | 'prefix' | 'port'>

/** The port behind the one that is asked for. A name could only be looked up in the member. */
function targetOf({ spec = {} }: Service, port: number): number | undefined {
  const { ports = [] } = spec
  const found = ports.find((each) => each.port === port) ?? (ports.length === 1 ? ports[0] : undefined)
  const target = found && (found.targetPort ?? found.port)
  return typeof target === 'number' ? target : undefined
}

/**
 * Where the estimator of a cluster may be reached, the likeliest first: where a Service of the control plane says
 * (`ExternalName`), else under the name that such a Service has where the control plane itself runs.
 */
export async function addressesOf(
  client: Client,
  cluster: string,
  { namespace, prefix, port }: Whereabouts,
  options?: CallOptions,
): Promise<readonly string[]> {
  const name = `${prefix}-${cluster}`
  const service = await client.get(serviceKind, { namespace, name }, options)
  if (!service) return ['svc.cluster.local', 'svc'].map((domain) => `${name}.${namespace}.${domain}:${port}`)
  const { type = 'ClusterIP', externalName } = service.spec ?? {}
  const wrong = (reason: string) => errors.ESTIMATOR_ADDRESS(cluster, `${namespace}/${name}`, reason)
  if (type !== 'ExternalName' || !externalName) throw wrong(`is of type ${type}; make it an ExternalName`)
  const target = targetOf(service, port)
  if (target === undefined) throw wrong(`has no port ${port} with a targetPort that is a number`)
  return [`${externalName}:${target}`]
}
