import type { Point } from '@flotilla/sdk'
import { interpretation, operations } from '@flotilla/sdk/cases'
import type { BenchFlags } from '../commands/authoring.ts'
import { answer } from '../output/answer.ts'
import { type Column, tableOf } from '../output/columns.ts'
import { sentence } from '../output/sentence.ts'
import { type Answering, startBuilt } from './answering.ts'

/** How fast a question is answered. */
export interface Measured {
  readonly point: string
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

/** Something that is asked again and again. */
interface Question {
  readonly point: string
  ask(): Promise<unknown>
}

function questionsOf({ ask, cases, exchanges }: Answering): readonly Question[] {
  return [...cases, ...exchanges].map(({ from, words, error }) => {
    if (!words) throw new Error(`${from}: ${sentence(error)}`)
    if ('operation' in words)
      return { point: operations[words.operation].point, ask: () => interpretation(ask, words.operation, words) }
    const point = words.point as Point<unknown, unknown, unknown>
    return { point: point.id, ask: () => ask(point, words.argument) }
  })
}

/** Asks one question after the other, again and again, for so many milliseconds; gives what each took, in microseconds. */
async function durations(questions: readonly Question[], time: number): Promise<readonly number[]> {
  const taken: number[] = []
  const end = performance.now() + time
  for (let i = 0; performance.now() < end || i < warmUp * 2; i++) {
    const start = performance.now()
    await questions[i % questions.length]?.ask()
    if (i >= warmUp) taken.push((performance.now() - start) * 1000)
  }
  return taken
}

async function measure(point: string, questions: readonly Question[], time: number): Promise<Measured> {
  const taken = await durations(questions, time)
  const sorted = taken.toSorted((a, b) => a - b)
  const sum = taken.reduce((a, b) => a + b, 0)
  return {
    point,
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
  const answering = await startBuilt(open, folder, flags.cases, version)
  const { name } = answering
  const measured: Measured[] = []
  for (const [point, questions] of Map.groupBy(questionsOf(answering), ({ point }) => point))
    measured.push(await measure(point, questions, flags.seconds * 1000))
  console.log(answer('PluginBench', { name, measured }, flags, () => tableOf(columns, measured, flags)))
}
