import { type ClusterStatus, type Metrics, parseQuantity } from '@flotilla/sdk'

/** What Karmada's dashboards show of clusters. */
export function clusterMetrics(metrics: Metrics) {
  const labels = ['member_cluster']
  const gauge = (name: string, help: string) => metrics.gauge({ name, help, labels })
  const ready = gauge('cluster_ready_state', 'Whether the cluster is ready: 1 or 0')
  const counts = {
    totalNum: gauge('cluster_node_number', 'Nodes of the cluster'),
    readyNum: gauge('cluster_ready_node_number', 'Nodes of the cluster that are ready'),
  }
  const allocatable = {
    memory: gauge('cluster_memory_allocatable_bytes', 'Memory the cluster has to give'),
    cpu: gauge('cluster_cpu_allocatable_number', 'CPUs the cluster has to give'),
    pods: gauge('cluster_pod_allocatable_number', 'Pods the cluster can take'),
  }
  const allocated = {
    memory: gauge('cluster_memory_allocated_bytes', 'Memory that is taken in the cluster'),
    cpu: gauge('cluster_cpu_allocated_number', 'CPUs that are taken in the cluster'),
    pods: gauge('cluster_pod_allocated_number', 'Pods that run in the cluster'),
  }
  const seconds = metrics.histogram({
    name: 'cluster_sync_status_duration_seconds',
    help: 'How long it took to find out and write the status of the cluster',
    labels,
  })
  const all = [ready, ...[counts, allocatable, allocated].flatMap((group) => Object.values(group))]
  const resources = ['memory', 'cpu', 'pods'] as const

  return {
    async timed<T>(cluster: string, run: () => Promise<T>): Promise<T> {
      const start = performance.now()
      try {
        return await run()
      } finally {
        seconds.observe((performance.now() - start) / 1000, { member_cluster: cluster })
      }
    },
    observe(cluster: string, isReady: boolean, { nodeSummary, resourceSummary }: ClusterStatus): void {
      const on = { member_cluster: cluster }
      ready.set(isReady ? 1 : 0, on)
      counts.totalNum.set(nodeSummary?.totalNum ?? 0, on)
      counts.readyNum.set(nodeSummary?.readyNum ?? 0, on)
      for (const resource of resources) {
        allocatable[resource].set(Number(parseQuantity(resourceSummary?.allocatable?.[resource] ?? 0)) / 1000, on)
        allocated[resource].set(Number(parseQuantity(resourceSummary?.allocated?.[resource] ?? 0)) / 1000, on)
      }
    },
    forget(cluster: string): void {
      for (const each of all) each.forget({ member_cluster: cluster })
    },
  }
}
