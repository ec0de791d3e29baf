import {
  clusterOfNamespace,
  type EndpointSlice,
  endpointSliceKind,
  endpointsOf,
  executionNamespace,
  type Index,
  isReadyEndpoint,
  type Key,
  keyText,
  label,
  type Member,
  multiClusterServiceKind,
  type Store,
  serviceExportKind,
  sliceLabel,
  sliceManager,
  type Work,
} from '@flotilla/sdk'

const managers: readonly string[] = Object.values(sliceManager)

/** Who wants the endpoints of a Service collected. */
export type Flow = 'ServiceExport' | 'MultiClusterService'

const flows: readonly Flow[] = ['ServiceExport', 'MultiClusterService']

/** Whether an EndpointSlice was brought from another cluster: those are never collected again. */
export const isBrought = ({ metadata: { labels = {} } }: EndpointSlice): boolean =>
  managers.includes(labels[sliceLabel.managedBy] ?? '')

const own = { labelSelector: `${sliceLabel.managedBy} notin (${managers.join(',')})` }

/** The EndpointSlices that are a member's own: the only copy of them there is for all that is made of them. */
export const slicesIn = (member: Member): Store<EndpointSlice> => member.store(endpointSliceKind, own)

/** The Service a slice is of. */
export function serviceOfSlice({ metadata: { namespace = '', labels = {} } }: EndpointSlice): Key | undefined {
  const name = labels[sliceLabel.service]
  return name ? { namespace, name } : undefined
}

/** Slices that are not brought from elsewhere, by their Service. */
export const byService: Index<EndpointSlice> = {
  name: 'service',
  values: (slice) => {
    const service = isBrought(slice) ? undefined : serviceOfSlice(slice)
    return service ? [keyText(service)] : []
  },
}

export const hasReadyEndpoint = (slice: EndpointSlice): boolean => endpointsOf(slice).some(isReadyEndpoint)

/** The one manifest of a Work that concerns services. */
export const contentOf = ({ spec }: Work) => spec.workload?.manifests?.[0]

/** The slice a Work holds. */
export function sliceOf(work: Work): EndpointSlice | undefined {
  const content = contentOf(work)
  return content?.kind === endpointSliceKind.kind ? (content as EndpointSlice) : undefined // of its kind
}

export const clusterOfWork = ({ metadata }: Work): string => clusterOfNamespace(metadata.namespace) ?? ''

/** Who wants a collected slice. */
export const flowsOf = ({ metadata: { labels = {} } }: Work): readonly Flow[] => {
  const said = labels[label.sliceWantedBy]?.split('.') ?? []
  return flows.filter((flow) => said.includes(flow))
}

/** Whether a Work holds a slice that was collected from its cluster. */
export const isCollected = (work: Work): boolean =>
  work.spec.suspendDispatching === true && flowsOf(work).length > 0 && sliceOf(work) !== undefined

/** A Service in a cluster, as a key: in the cluster's execution space, `namespace/name`. */
export const inCluster = (cluster: string, service: Key): Key => ({
  namespace: executionNamespace(cluster),
  name: keyText(service),
})

/** The Service a Work concerns, in its cluster. */
function* concerns(work: Work): Generator<string> {
  const content = contentOf(work)
  if (content === undefined) return
  const { namespace = '', name } = content.metadata
  const service = isCollected(work) ? serviceOfSlice(content as EndpointSlice) : { namespace, name } // a slice, just checked
  const isAsking = isRecordOfService(work) || content.kind === serviceExportKind.kind
  if (service && (isCollected(work) || isAsking)) yield keyText(inCluster(clusterOfWork(work), service))
}

/** Works that ask for the endpoints of a Service in a cluster, and those that hold them. */
export const worksOfService: Index<Work> = { name: 'service in cluster', values: concerns }

/** Whether a Work says that the Service of a MultiClusterService is to be collected from a cluster. */
export const isRecordOfService = (work: Work): boolean =>
  work.spec.suspendDispatching === true && contentOf(work)?.kind === multiClusterServiceKind.kind

/** Collected slices by their Service, whatever the cluster. */
export const collectedByService: Index<Work> = {
  name: 'collected for service',
  values: (work) => {
    const service = isCollected(work) ? serviceOfSlice(contentOf(work) as EndpointSlice) : undefined // isCollected looked
    return service ? [keyText(service)] : []
  },
}
