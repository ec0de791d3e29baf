import type { MetricOptions, Metrics } from '@flotilla/sdk'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Metrics with an exposition in Prometheus' text format. */
export interface ExposedMetrics extends Metrics {
  readonly contentType: string
  expose(): Promise<string>
}

/** A number on its way to prom-client. */
interface Tally {
  value: number
  handOn(): void
}

const tallyOf = (take: (value: number) => void): Tally => ({
  value: 0,
  handOn() {
    take(this.value)
    this.value = 0
  },
})

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
  // Counts and depths change thousands of times between two looks at them: prom-client hears of them when somebody looks.
  const changed = new Set<Tally>()
  const settings = ({ name, help, labels: labelNames = [] }: MetricOptions) => ({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  })

  return {
    contentType: registry.contentType,
    expose() {
      for (const tally of changed) tally.handOn()
      changed.clear()
      return registry.metrics()
    },
    counter: (options) =>
      once(options, () => {
        const counter = new Counter(settings(options))
        const tallies = labelled(options, (values) => {
          const child = counter.labels(...values)
          return tallyOf((sum) => child.inc(sum))
        })
        return {
          add(on = {}, amount = 1) {
            const tally = tallies(on)
            tally.value += amount
            changed.add(tally)
          },
        }
      }),
    gauge: (options) =>
      once(options, () => {
        const gauge = new Gauge(settings(options))
        const tallies = labelled(options, (values) => {
          const child = gauge.labels(...values)
          return tallyOf((value) => child.set(value))
        })
        return {
          set(value, on = {}) {
            const tally = tallies(on)
            tally.value = value
            changed.add(tally)
          },
          forget(on) {
            changed.delete(tallies(on))
            gauge.remove(on)
          },
        }
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
