import type { Metrics } from '@flotilla/sdk'

type Gauge = ReturnType<Metrics['gauge']>
type Labels = Readonly<Record<string, string>>

/** What the parts of a process say of one thing. */
interface Sum {
  readonly gauge: Gauge
  readonly labels: Labels | undefined
  readonly said: Map<object, number>
}

/** Metrics of one part of a process. */
export interface PartMetrics {
  readonly metrics: Metrics
  /** What it said counts no more. */
  end(): void
}

/** Gauges that several parts of a process set: they show the sum. */
export class Gauges {
  readonly #metrics: Metrics
  readonly #sums = new Map<string, Sum>()

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  part(): PartMetrics {
    const part = {}
    const own = new Set<string>()
    const { counter, histogram } = this.#metrics
    return {
      metrics: {
        counter,
        histogram,
        gauge: (options) => {
          const gauge = this.#metrics.gauge(options)
          const textOf = (labels?: Labels) => `${options.name} ${JSON.stringify(labels)}`
          return {
            set: (value, labels) => {
              own.add(textOf(labels))
              this.#say(textOf(labels), { gauge, labels }, part, value)
            },
            forget: (labels) => {
              own.delete(textOf(labels))
              this.#forget(textOf(labels), part)
            },
          }
        },
      },
      end: () => {
        for (const text of own) this.#forget(text, part)
      },
    }
  }

  #say(text: string, about: Pick<Sum, 'gauge' | 'labels'>, part: object, value: number): void {
    const sum = this.#sums.get(text) ?? { ...about, said: new Map() }
    this.#sums.set(text, sum)
    sum.said.set(part, value)
    show(sum)
  }

  /** What nobody speaks of any more is not shown; a gauge without labels is always there. */
  #forget(text: string, part: object): void {
    const sum = this.#sums.get(text)
    if (!sum?.said.delete(part)) return
    if (sum.said.size > 0 || !sum.labels) {
      show(sum)
      return
    }
    this.#sums.delete(text)
    sum.gauge.forget(sum.labels)
  }
}

const show = ({ gauge, labels, said }: Sum): void =>
  gauge.set(
    [...said.values()].reduce((all, value) => all + value, 0),
    labels,
  )
