import type { Log, LogFields, Metrics } from '@flotilla/sdk'

export interface Line {
  readonly level: string
  readonly message: string
  readonly fields: LogFields
}

/** A log that keeps its lines. */
export function recordingLog(): Log & { readonly lines: Line[] } {
  const lines: Line[] = []
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields })
    }
  const log = { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), with: () => log }
  return log
}

/** Metrics that can be read: `name{label="value"}` → the counter's sum, the gauge's last value, a histogram's count. */
export function recordingMetrics(): Metrics & { read(text: string): number | undefined } {
  const values = new Map<string, number>()
  const textOf = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
    `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`
  const add = (text: string, amount: number) => values.set(text, (values.get(text) ?? 0) + amount)
  return {
    read: (text) => values.get(text),
    counter: ({ name }) => ({ add: (labels, amount = 1) => void add(textOf(name, labels), amount) }),
    gauge: ({ name }) => ({
      set: (value, labels) => void values.set(textOf(name, labels), value),
      forget: (labels) => void values.delete(textOf(name, labels)),
    }),
    histogram: ({ name }) => ({ observe: (_value, labels) => void add(textOf(name, labels), 1) }),
  }
}
