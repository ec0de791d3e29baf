/** How a plugin did at a point, as far as it was measured. */
export interface Speed {
  /** Answers, errors among them: who has no opinion and says so at once is not counted. */
  readonly answered: number
  readonly errors: number
  /** Seconds that 99 of 100 calls stayed below, between the bounds of what was counted; undefined without calls. */
  readonly p99: number | undefined
  /** It failed so often that it is not asked for a while. */
  readonly isLeftAlone: boolean
}

/** Calls by the seconds they stayed below, with all of them last. */
type Buckets = Map<number, number>

interface Counts {
  readonly buckets: Buckets
  calls: number
  errors: number
  isLeftAlone: boolean
}

/** A line of what is measured of plugins. */
const measured = /^flotilla_plugin_(?:duration_seconds_(bucket|count)|(circuit_open))\{(.*)\} (\S+)$/

const unescaped = (text: string): string => text.replaceAll(/\\(["\\n])/g, (_, mark) => (mark === 'n' ? '\n' : mark))

/** The labels of a line of Prometheus' text format. */
const labelsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:\\.|[^"\\])*)"/g)].map(([, name = '', value = '']) => [name, unescaped(value)]),
  )

const keyOf = (plugin = '', point = ''): string => `${plugin} ${point}`

/** Where 99 of 100 lie, as `histogram_quantile` finds it: evenly between the bounds of their bucket. */
function quantile(buckets: Buckets, calls: number): number | undefined {
  if (calls === 0) return undefined
  const wanted = 0.99 * calls
  let [below, before] = [0, 0]
  for (const [bound, count] of [...buckets].sort(([a], [b]) => a - b)) {
    if (count >= wanted) {
      if (bound === Number.POSITIVE_INFINITY) return below
      return below + (bound - below) * ((wanted - before) / (count - before))
    }
    ;[below, before] = [bound, count]
  }
  return below
}

function count(
  counts: Counts,
  kind: string,
  { le = '', result = '' }: Readonly<Record<string, string>>,
  value: number,
) {
  if (kind === 'bucket') {
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    counts.buckets.set(bound, (counts.buckets.get(bound) ?? 0) + value)
  } else if (kind === 'count') {
    counts.calls += value
    if (result === 'error') counts.errors += value
  } else counts.isLeftAlone = value === 1
}

/** How plugins did, from Prometheus' text format. */
export function speedsIn(text: string): (plugin: string, point: string) => Speed | undefined {
  const all = new Map<string, Counts>()
  for (const line of text.split('\n')) {
    const [, duration, circuit, labels = '', value] = measured.exec(line) ?? []
    const kind = duration ?? circuit
    if (!kind) continue
    const said = labelsOf(labels)
    const key = keyOf(said.plugin, said.point)
    const counts = all.get(key) ?? { buckets: new Map(), calls: 0, errors: 0, isLeftAlone: false }
    all.set(key, counts)
    count(counts, kind, said, Number(value))
  }
  return (plugin, point) => {
    const counts = all.get(keyOf(plugin, point))
    if (!counts) return undefined
    const { buckets, calls, errors, isLeftAlone } = counts
    return { answered: calls, errors, p99: quantile(buckets, calls), isLeftAlone }
  }
}
