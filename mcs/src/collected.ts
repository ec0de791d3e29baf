import {
  deepEqual,
  type EndpointSlice,
  finalizer,
  type Key,
  label,
  mergedWork,
  type StringMap,
  type Work,
  withoutKeys,
  workFor,
} from '@flotilla/sdk'
import type { Flow } from './slices.ts'

/** The labels by which flows find a collected slice. */
const ofFlows: readonly string[] = [
  label.sliceServiceNamespace,
  label.sliceServiceName,
  label.sliceWantedBy,
  label.multiClusterServiceNamespace,
  label.multiClusterServiceName,
]

const finalizerOf: Readonly<Record<Flow, string>> = {
  ServiceExport: finalizer.endpointSlice,
  MultiClusterService: finalizer.endpointSliceDispatch,
}

/** What a collected slice says of itself. */
export interface Collecting {
  readonly cluster: string
  readonly service: Key
  readonly slice: EndpointSlice
  readonly flows: readonly Flow[]
}

function labelsOf({ service: { namespace = '', name }, flows }: Collecting): StringMap {
  return {
    [label.sliceWantedBy]: flows.join('.'),
    ...(flows.includes('ServiceExport') && {
      [label.sliceServiceNamespace]: namespace,
      [label.sliceServiceName]: name,
    }),
    ...(flows.includes('MultiClusterService') && {
      [label.multiClusterServiceNamespace]: namespace,
      [label.multiClusterServiceName]: name,
    }),
  }
}

/** The Work that holds a slice of a cluster for the control plane to read. The same Work when nothing has to change. */
export function collectedWork(given: Collecting, there: Work | undefined): Work {
  const { cluster, slice, flows } = given
  const id = there?.metadata.labels?.[label.workId]
  const labels = labelsOf(given)
  const made = workFor({
    cluster,
    template: slice,
    manifest: slice,
    suspendDispatching: true,
    ...(id !== undefined && { id }),
  })
  const finalizers = flows.map((flow) => finalizerOf[flow]) // nothing is brought, so there is nothing for others to take away
  const wanted: Work = {
    ...made,
    metadata: { ...made.metadata, finalizers, labels: { ...made.metadata.labels, ...labels } },
  }
  return there ? withLabels(mergedWork(there, wanted), labels) : wanted
}

/** The Work with these labels of flows alone. */
function withLabels(work: Work, labels: StringMap): Work {
  const others = withoutKeys(work.metadata.labels, (key) => ofFlows.includes(key))
  const all = { ...others, ...labels }
  return deepEqual(all, work.metadata.labels) ? work : { ...work, metadata: { ...work.metadata, labels: all } }
}
