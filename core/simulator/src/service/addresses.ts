import type { Service, ServicePort, ServiceSpec } from '../api/service.ts'

/** What a cluster gives out to services. */
export interface Supply {
  address(): string
  nodePort(): number
}

const hasNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer'

function withNodePorts(spec: ServiceSpec, supply: Supply): readonly ServicePort[] | undefined {
  if (!hasNodePorts(spec) || spec.ports?.every(({ nodePort }) => nodePort)) return undefined
  return spec.ports?.map((port) => (port.nodePort ? port : { ...port, nodePort: supply.nodePort() }))
}

/** The fields a service has yet to be given; undefined when it has all it needs. */
export function missingAddresses({ spec }: Service, supply: Supply): Partial<ServiceSpec> | undefined {
  if (spec.type === 'ExternalName') return undefined
  const ports = withNodePorts(spec, supply)
  const needsAddress = !spec.clusterIP
  if (!needsAddress && !ports) return undefined
  const clusterIP = needsAddress ? supply.address() : spec.clusterIP
  return { ...(needsAddress && clusterIP && { clusterIP, clusterIPs: [clusterIP] }), ...(ports && { ports }) }
}
