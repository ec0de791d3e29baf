/** How Clusters are served: by a definition, or by the control plane itself, behind the API server. */
export const clusterApis = ['crd', 'aggregated'] as const
export type ClusterApi = (typeof clusterApis)[number]
