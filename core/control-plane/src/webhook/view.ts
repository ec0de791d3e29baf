import type { Cluster, ReviewedCluster } from '@flotilla/sdk'

/** Views by cluster: each is made once for many bindings. */
const views = new WeakMap<Cluster, ReviewedCluster>()

/** What a webhook sees of a cluster: nothing that is needed to reach it, and not the long list of what it serves. */
export function viewOf(cluster: Cluster): ReviewedCluster {
  const known = views.get(cluster)
  if (known) return known
  const view = reviewed(cluster)
  views.set(cluster, view)
  return view
}

function reviewed({ apiVersion, kind, metadata, spec, status = {} }: Cluster): ReviewedCluster {
  const { name, uid, labels, annotations } = metadata
  const { syncMode, provider, region, zone, zones, taints, resourceModels } = spec
  const { kubernetesVersion, conditions, nodeSummary, resourceSummary } = status
  return given({
    apiVersion,
    kind,
    metadata: given({ name, uid, labels, annotations }),
    spec: given({ syncMode, provider, region, zone, zones, taints, resourceModels }),
    status: given({ kubernetesVersion, conditions, nodeSummary, resourceSummary }),
  })
}

type Given<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> }

/** The same without what is undefined, as JSON has it. */
const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T> // what is left
