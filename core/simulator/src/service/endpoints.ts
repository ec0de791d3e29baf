import { controllerReference } from '@flotilla/sdk'
import type { Node } from '../api/node.ts'
import type { Pod } from '../api/pod.ts'
import {
  type Endpoint,
  type EndpointPort,
  type EndpointSlice,
  endpointSliceKind,
  type Service,
  type ServicePort,
} from '../api/service.ts'
import { isActive, isReady } from '../pod/condition.ts'

export const serviceLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
export const manager = 'endpointslice-controller.k8s.io'

/** How many endpoints one slice has at most. */
const sliceSize = 100

/** Whether pods are behind a service. */
export const hasEndpoints = ({ spec }: Service): boolean =>
  spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0

/** The number of a port, which a service may know by the name it has in the pod. */
function portNumber({ port, targetPort = port, protocol = 'TCP' }: ServicePort, { spec }: Pod): number | undefined {
  if (typeof targetPort === 'number') return targetPort
  return spec.containers
    .flatMap(({ ports = [] }) => ports)
    .find(({ name, protocol: spoken = 'TCP' }) => name === targetPort && spoken === protocol)?.containerPort
}

const portsOf = ({ spec: { ports = [] } }: Service, pod: Pod): readonly EndpointPort[] =>
  ports.flatMap((each) => {
    const port = portNumber(each, pod)
    const { name = '', protocol = 'TCP', appProtocol } = each
    return port === undefined ? [] : [{ name, port, protocol, ...(appProtocol && { appProtocol }) }]
  })

function endpointOf(service: Service, pod: Pod, nodes: (name: string) => Node | undefined): Endpoint {
  const { name, namespace, uid } = pod.metadata
  const { nodeName } = pod.spec
  const zone = nodes(nodeName ?? '')?.metadata.labels?.['topology.kubernetes.io/zone']
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready, serving, terminating },
    ...(nodeName && { nodeName }),
    targetRef: { kind: 'Pod', name, namespace, uid },
    ...(zone && { zone }),
  }
}

const chunks = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(items.length / sliceSize)) }, (_, index) =>
    items.slice(index * sliceSize, (index + 1) * sliceSize),
  )

function sliceOf(
  service: Service,
  endpoints: readonly Endpoint[],
  ports: readonly EndpointPort[],
  index: number,
): EndpointSlice {
  const { name, namespace, labels } = service.metadata
  return {
    apiVersion: endpointSliceKind.apiVersion,
    kind: endpointSliceKind.kind,
    metadata: {
      // Named by number, so that the same endpoints are found again in the same slice.
      name: `${name}-${index}`,
      ...(namespace && { namespace }),
      labels: { ...labels, [serviceLabel]: name, [managedByLabel]: manager },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  }
}

/** The slices a service should have for the pods behind it that have an address, by the ports they understand it to mean. */
export function endpointSlices(
  service: Service,
  pods: readonly Pod[],
  nodes: (name: string) => Node | undefined,
): readonly EndpointSlice[] {
  if (!hasEndpoints(service)) return []
  const behind = pods
    .filter((pod) => isActive(pod) && pod.status?.podIP)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const byPorts = Map.groupBy(behind, (pod) => JSON.stringify(portsOf(service, pod)))
  const groups = byPorts.size > 0 ? [...byPorts.values()] : [[]]
  return groups
    .flatMap((group) => chunks(group))
    .map((group, index) => {
      const ports = group[0] ? portsOf(service, group[0]) : []
      return sliceOf(
        service,
        group.map((pod) => endpointOf(service, pod, nodes)),
        ports,
        index,
      )
    })
}
