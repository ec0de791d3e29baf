import type { Ask } from '@flotilla/sdk'
import { type InterpretingCase, interpretation, type OperationName, operations } from '@flotilla/sdk/cases'
import type { BenchFlags } from '../commands/authoring.ts'
import { answer } from '../output/answer.ts'
import { type Column, tableOf } from '../output/columns.ts'
import { startBuilt } from './answering.ts'

/** How fast a question is answered. */
export interface Measured {
  readonly point: string
  readonly operation: OperationName
  readonly calls: number
  readonly perSecond: number
  /** Microseconds that half of the calls stayed below, and 99 of 100. */
  readonly p50: number
  readonly p99: number
}

/** Calls before anything is measured: the first ones are slower. */
const warmUp = 50

/** The number that a share of sorted numbers stays below. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** Asks one case after the other, again and again, for so many milliseconds. */
async function durations(ask: Ask, cases: readonly InterpretingCase[], time: number): Promise<readonly number[]> {
  const taken: number[] = []
  const end = performance.now() + time
  for (let i = 0; performance.now() < end || i < warmUp * 2; i++) {
    const each = cases[i % cases.length]
    if (!each) break
    const start = performance.now()
    await interpretation(ask, each.operation, each)
    if (i >= warmUp) taken.push((performance.now() - start) * 1000)
  }
  return taken
}

async function measure(ask: Ask, cases: readonly InterpretingCase[], operation: OperationName, time: number) {
  const taken = await durations(ask, cases, time)
  const sorted = taken.toSorted((a, b) => a - b)
  const sum = taken.reduce((a, b) => a + b, 0)
  const { point } = operations[operation]
  return {
    point,
    operation,
    calls: taken.length,
    perSecond: (taken.length / sum) * 1e6,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  }
}

const columns: readonly Column<Measured>[] = [
  { head: 'POINT', cell: ({ point }) => point },
  { head: 'CALLS/S', cell: ({ perSecond }) => Math.round(perSecond) },
  { head: 'P50', cell: ({ p50 }) => `${Math.round(p50)}µs` },
  { head: 'P99', cell: ({ p99 }) => `${Math.round(p99)}µs` },
]

/** Measures what was built of a project with the objects of its cases, one call after the other. */
export async function runBench(folder: string, flags: BenchFlags, version: string): Promise<void> {
  await using open = new AsyncDisposableStack()
  const { name, ask, cases } = await startBuilt(open, folder, flags.cases, version)
  const words = cases.flatMap(({ words, error }) => {
    if (error !== undefined) throw error
    return words ?? []
  })
  const measured: Measured[] = []
  for (const [operation, same] of Map.groupBy(words, ({ operation }) => operation))
    measured.push(await measure(ask, same, operation, flags.seconds * 1000))
  console.log(answer('PluginBench', { name, measured }, flags, () => tableOf(columns, measured, flags)))
}
