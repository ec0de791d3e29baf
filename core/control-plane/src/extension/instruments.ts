import type { Metrics } from '@flotilla/sdk'
import { schedulingPoint } from './scheduling.ts'

const seconds = (start: number): number => (performance.now() - start) / 1000

/** What is measured of a plugin at a point. The scheduler's plugins are measured under Karmada's name as well. */
export function instruments(metrics: Metrics, plugin: string, point: string) {
  const all = metrics.histogram({
    name: 'flotilla_plugin_duration_seconds',
    help: 'How long a plugin took to answer an extension point',
    labels: ['plugin', 'point', 'result'],
    buckets: [0.000_01, 0.000_03, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  })
  const scheduling = metrics.histogram({
    name: 'karmada_scheduler_plugin_execution_duration_seconds',
    help: "How long a plugin took to answer an extension point of the scheduler's",
    labels: ['plugin', 'extension_point', 'result'],
    buckets: Array.from({ length: 20 }, (_, power) => 0.00001 * 1.5 ** power),
  })
  const circuit = metrics.gauge({
    name: 'flotilla_plugin_circuit_open',
    help: 'Whether a plugin is not asked for a while, because it failed too often: 1 or 0',
    labels: ['plugin', 'point'],
  })
  const extension_point = schedulingPoint(point)
  const at = { plugin, point }
  const results = {
    success: { ...at, result: 'success' },
    error: { ...at, result: 'error' },
  }
  const schedulingResults = extension_point && {
    success: { plugin, extension_point, result: 'success' },
    error: { plugin, extension_point, result: 'error' },
  }
  return {
    /** A call that began at `start`, as `performance.now` says. */
    took(start: number, result: 'success' | 'error'): void {
      const time = seconds(start)
      all.observe(time, results[result])
      if (schedulingResults) scheduling.observe(time, schedulingResults[result])
    },
    opened: (isOpen: boolean): void => circuit.set(isOpen ? 1 : 0, at),
  }
}
