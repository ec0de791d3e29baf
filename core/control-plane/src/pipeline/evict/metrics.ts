import type { Metrics } from '@flotilla/sdk'

/** Karmada's buckets: 1 ms, doubled fourteen times. */
const buckets = Array.from({ length: 15 }, (_, power) => 0.001 * 2 ** power)

/** Evictions in Karmada's words. `name` is one of its two queues. */
export function evictMetrics(metrics: Metrics, name: string) {
  const depth = metrics.gauge({
    name: 'eviction_queue_depth',
    help: 'Bindings that wait for their turn to be evicted',
    labels: ['name'],
  })
  const kinds = metrics.gauge({
    name: 'eviction_kind_total',
    help: 'Evictions so far, by cluster and kind of what was evicted',
    labels: ['member_cluster', 'resource_kind'],
  })
  const seconds = metrics.histogram({
    name: 'eviction_processing_latency_seconds',
    help: 'How long it took to begin an eviction',
    labels: ['name'],
    buckets,
  })
  const total = metrics.counter({
    name: 'eviction_processing_total',
    help: 'Bindings from which evictions were begun',
    labels: ['name', 'result'],
  })
  const counts = new Map<string, number>()
  return {
    waiting: (count: number) => depth.set(count, { name }),
    processed(result: 'success' | 'error', since: number): void {
      total.add({ name, result })
      seconds.observe((performance.now() - since) / 1000, { name })
    },
    evicted(member_cluster: string, resource_kind: string): void {
      const text = `${member_cluster} ${resource_kind}`
      const count = (counts.get(text) ?? 0) + 1
      counts.set(text, count)
      kinds.set(count, { member_cluster, resource_kind })
    },
  }
}
