import type { LoadBalancerStatus } from '../src/api/kubernetes.ts'
import { type MultiClusterService, multiClusterServiceKind } from '../src/api/multi-cluster-service.ts'
import {
  type EndpointSlice,
  endpointSliceKind,
  endpointsOf,
  type Service,
  serviceKind,
  sliceLabel,
} from '../src/api/service.ts'
import { type ServiceExport, serviceExportKind } from '../src/api/service-export.ts'
import { deepFreeze } from '../src/freeze.ts'
import * as service from '../src/points/service.ts'
import type { PerCluster } from '../src/rules.ts'
import { cluster } from './build.ts'
import { type Case, exam } from './exam.ts'

const shop = { namespace: 'default', name: 'web' }

/** The Service `default/web` on port 80, with more to its spec. */
export const webService = (spec: Service['spec'] = {}): Service =>
  deepFreeze({
    apiVersion: serviceKind.apiVersion,
    kind: serviceKind.kind,
    metadata: { ...shop, uid: 'uid-web' },
    spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], ...spec },
  })

/** An EndpointSlice of the Service `default/web`, with endpoints of these addresses. */
export const webSlice = (addresses: readonly string[], words: Partial<EndpointSlice['metadata']> = {}): EndpointSlice =>
  deepFreeze({
    apiVersion: endpointSliceKind.apiVersion,
    kind: endpointSliceKind.kind,
    metadata: {
      namespace: 'default',
      name: 'web-0',
      ...words,
      labels: { [sliceLabel.service]: 'web', ...words.labels },
    },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  })

/** A MultiClusterService `default/web`. */
export const webMultiClusterService = (
  spec: Partial<MultiClusterService['spec']> = {},
  words: Partial<MultiClusterService['metadata']> = {},
): MultiClusterService =>
  deepFreeze({
    apiVersion: multiClusterServiceKind.apiVersion,
    kind: multiClusterServiceKind.kind,
    metadata: { ...shop, ...words },
    spec: { types: ['CrossCluster'], ...spec },
  })

/** A ServiceExport `default/web`. */
export const webExport = (
  words: Partial<ServiceExport['metadata']> = {},
  spec?: ServiceExport['spec'],
): ServiceExport =>
  deepFreeze({
    apiVersion: serviceExportKind.apiVersion,
    kind: serviceExportKind.kind,
    metadata: { ...shop, ...words },
    ...(spec && { spec }),
  })

export interface ExportWords extends Case {
  /** By default the export of `default/web` from `member1`, where there is no such Service. */
  readonly given?: Partial<service.Exporting>
  /** The reason of the answer; without it the plugin has no opinion. */
  readonly reason?: string
}

/** Examines a plugin that says which Services can be exported. */
export const examineExport = exam({
  point: service.export,
  asks: ({ given }: ExportWords): service.Exporting => ({ cluster: cluster(), export: webExport(), ...given }),
  says: (answer) => answer?.reason,
  wants: ({ reason }: ExportWords) => reason,
})

export interface RouteWords extends Case {
  /** By default two endpoints of `default/web` in `member1`, on their way to `member2`. */
  readonly given?: Partial<service.Route>
  /** The addresses that reach them, by cluster. */
  readonly reaches: PerCluster<readonly string[]>
}

/** Examines a plugin that says how endpoints are reached from other clusters. */
export const examineEndpoints = exam({
  point: service.endpoints,
  asks: ({ given }: RouteWords): service.Route => ({
    service: shop,
    provider: cluster({ name: 'member1' }),
    clusters: [cluster({ name: 'member2' })],
    slice: webSlice(['10.0.0.1', '10.0.0.2']),
    ...given,
  }),
  says: (answer) =>
    Object.fromEntries(
      Object.entries(answer).map(([name, reached]) => [
        name,
        endpointsOf(reached).flatMap(({ addresses }) => addresses),
      ]),
    ),
  wants: ({ reaches }: RouteWords) => reaches,
})

export interface ExposureWords extends Case {
  readonly given?: Partial<service.Exposure>
  readonly status?: LoadBalancerStatus
}

/** Examines a plugin that says where something is reached from the world. */
export const examineExpose = exam({
  point: service.expose,
  asks: ({ given }: ExposureWords): service.Exposure => ({
    object: webMultiClusterService({ types: ['LoadBalancer'] }),
    services: [],
    ...given,
  }),
  says: (status) => status,
  wants: ({ status }: ExposureWords) => status,
})
