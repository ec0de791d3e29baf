import { readdirSync, readFileSync } from 'node:fs'

/** The value below which a share of the numbers lies; the nearest rank. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The exponent `e` for which the second numbers grow most nearly as the first to the power of `e`: least squares of the logarithms. */
export function fittedExponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const mean = (at: 0 | 1) => logs.reduce((sum, pair) => sum + pair[at], 0) / logs.length
  const [x, y] = [mean(0), mean(1)]
  const moment = (of: (pair: readonly [number, number]) => number) => logs.reduce((sum, pair) => sum + of(pair), 0)
  return moment(([a, b]) => (a - x) * (b - y)) / moment(([a]) => (a - x) ** 2)
}

export interface ProcessUse {
  /** CPU seconds of user and system, so far. */
  readonly cpu: number
  /** The most memory it ever had resident, MiB. */
  readonly peak: number
}

const ticksPerSecond = 100 // USER_HZ, the same on every Linux this runs on

/** What a process has used, from `/proc`. */
export function useOf(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [, peak = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, peak: Number(peak) / 1024 }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has gone
  }
}

const parentOf = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])

/** The bytes a process and those it started have resident together; what they share counts once. */
export function resident(pid = process.pid): number {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(read(`/proc/${name}/stat`))] as const)
  const family = [pid, ...parents.filter(([, parent]) => parent === pid).map(([child]) => child)]
  const shares = family.map((each) => /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? '0')
  return shares.reduce((sum, share) => sum + Number(share) * 1024, 0)
}

/** Runs `step` for each item, so many at once. */
export async function atOnce<T>(
  width: number,
  items: readonly T[],
  step: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await step(item)
    }),
  )
}

/** Prints figures under each other, by name. */
export const print = (figures: Readonly<Record<string, string>>): void => {
  const width = Math.max(...Object.keys(figures).map((name) => name.length))
  for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(width)}  ${figure}`.trimEnd())
}
