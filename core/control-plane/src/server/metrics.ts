import type { MetricOptions, Metrics } from '@flotilla/sdk'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Metrics with an exposition in Prometheus' text format. */
export interface ExposedMetrics extends Metrics {
  readonly contentType: string
  expose(): Promise<string>
}

/** Metrics of one control plane; `labels` stand on every line. */
export function createMetrics(labels: Readonly<Record<string, string>> = {}): ExposedMetrics {
  const registry = new Registry()
  registry.setDefaultLabels(labels)
  collectDefaultMetrics({ register: registry })
  const known = new Map<string, unknown>()

  // A name means one metric, whoever asks for it.
  const once = <T>({ name }: MetricOptions, make: () => T): T => {
    const made = known.get(name) ?? make()
    known.set(name, made)
    return made as T // the caller asks for one type under one name
  }
  // Hashing a set of labels costs more than counting: what prom-client makes of them is kept.
  const labelled = <T>({ labels: names = [] }: MetricOptions, child: (values: readonly string[]) => T) => {
    const children = new Map<string, T>()
    const ofLabels = new WeakMap<object, T>() // who counts often keeps its labels
    return (on: Readonly<Record<string, string>>): T => {
      const known = ofLabels.get(on)
      if (known) return known
      const values = names.map((name) => on[name] ?? '')
      const text = values.join('\n')
      const made = children.get(text) ?? child(values)
      children.set(text, made)
      ofLabels.set(on, made)
      return made
    }
  }
  const settings = ({ name, help, labels: labelNames = [] }: MetricOptions) => ({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  })

  return {
    contentType: registry.contentType,
    expose: () => registry.metrics(),
    counter: (options) =>
      once(options, () => {
        const counter = new Counter(settings(options))
        const child = labelled(options, (values) => counter.labels(...values))
        return { add: (on = {}, amount = 1) => child(on).inc(amount) }
      }),
    gauge: (options) =>
      once(options, () => {
        const gauge = new Gauge(settings(options))
        const child = labelled(options, (values) => gauge.labels(...values))
        return { set: (value, on = {}) => child(on).set(value), forget: (on) => gauge.remove(on) }
      }),
    histogram: (options) =>
      once(options, () => {
        const { buckets } = options
        const histogram = new Histogram({ ...settings(options), ...(buckets ? { buckets: [...buckets] } : {}) })
        const child = labelled(options, (values) => histogram.labels(...values))
        return { observe: (value, on = {}) => child(on).observe(value) }
      }),
  }
}
