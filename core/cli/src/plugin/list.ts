import type { Answered, Answerer } from '@flotilla/sdk'
import type { ListFlags } from '../commands/plugin.ts'
import { answer } from '../output/answer.ts'
import { type Column, tableOf } from '../output/columns.ts'
import { naming } from '../output/sentence.ts'
import { reachControl } from '../plan/control.ts'
import { type Speed, speedsIn } from './speed.ts'

/** Milliseconds everything may take. */
const patience = 30_000

/** One who answers a point. */
export interface Row extends Partial<Speed> {
  readonly point: string
  readonly rule: string
  /** Its place among those who are asked, from 1 on. */
  readonly order: number
  readonly name: string
  /** Who speaks for it. */
  readonly plugin?: string
  readonly about?: readonly string[]
  /** How often its scores count. */
  readonly weight?: number
}

type Named = Pick<Row, 'name' | 'plugin' | 'about' | 'weight'>

/** An answerer by its own name, or each of those it speaks for. */
const namedIn = ({ plugin, speaksFor, ...own }: Answerer): readonly Named[] =>
  speaksFor ? speaksFor.map((speaker) => ({ ...speaker, plugin })) : [{ name: plugin, ...own }]

/** Those who answer points, in order; those who are spoken for take the place of who speaks for them. */
export function rowsOf(points: readonly Answered[], speedOf: ReturnType<typeof speedsIn>): readonly Row[] {
  return points.flatMap(({ point, rule, answers }) =>
    answers.flatMap(namedIn).map((each, i) => ({ point, rule, order: i + 1, ...each, ...speedOf(each.name, point) })),
  )
}

const duration = (seconds: number | undefined): string | undefined => {
  if (seconds === undefined) return undefined
  if (seconds >= 1) return `${seconds.toFixed(1)}s`
  return seconds >= 0.001 ? `${Math.round(seconds * 1000)}ms` : `${Math.round(seconds * 1e6)}µs`
}

const columns: readonly Column<Row>[] = [
  { head: 'POINT', cell: ({ point }) => point },
  { head: 'RULE', cell: ({ rule }) => rule, wide: true },
  { head: 'ORDER', cell: ({ order }) => order },
  { head: 'NAME', cell: ({ name }) => name },
  { head: 'ABOUT', cell: ({ about }) => about?.join(', ') ?? '*' },
  { head: 'BY', cell: ({ plugin }) => plugin ?? '', wide: true },
  { head: 'WEIGHT', cell: ({ weight }) => weight, sparse: true },
  { head: 'ANSWERED', cell: ({ answered }) => answered ?? 0 },
  { head: 'ERRORS', cell: ({ errors }) => errors ?? 0 },
  { head: 'STATE', cell: ({ isLeftAlone }) => (isLeftAlone ? 'left alone' : undefined), sparse: true },
  { head: 'P99', cell: ({ p99 }) => duration(p99) ?? '-' },
]

export const listText = (rows: readonly Row[], flags: { readonly output?: string }): string =>
  rows.length === 0 ? 'Nobody answers.' : tableOf(columns, rows, flags)

/** The points that are meant: one, or all of a family. */
function meant(points: readonly Answered[], name: string | undefined): readonly Answered[] {
  if (name === undefined) return points
  const found = points.filter(({ point }) => point === name || point.startsWith(`${name}.`))
  if (found.length > 0) return found
  throw new Error(`there is no point ${name}; there are ${points.map(({ point }) => point).join(', ')}`)
}

type Get = (path: string) => Promise<unknown>

/** Reads from an address where a control plane shows its metrics. */
const fromUrl =
  (url: string, signal: AbortSignal): Get =>
  async (path) => {
    const response = await fetch(new URL(path, url), { signal })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    return response.headers.get('content-type')?.includes('json') ? response.json() : response.text()
  }

async function reach(open: AsyncDisposableStack, flags: ListFlags, signal: AbortSignal): Promise<Get> {
  if (flags.url !== undefined) return fromUrl(flags.url, signal)
  const { client } = await reachControl(open, flags, signal)
  return async (path) => {
    const { status, body } = await client.raw({ path, accept: '*/*', signal })
    if (status < 300) return body
    const hint = status === 404 ? '; where it runs over another API server, --url says where its metrics are' : ''
    throw new Error(`the control plane shows no ${path}: ${status}${hint}`)
  }
}

export async function runList(flags: ListFlags): Promise<void> {
  await using open = new AsyncDisposableStack()
  const signal = AbortSignal.timeout(patience)
  const get = await naming('the control plane', () => reach(open, flags, signal))
  const { points } = (await naming('the points', () => get('/points'))) as { points: readonly Answered[] } // it says so
  const speedOf = speedsIn(String(await naming('the metrics', () => get('/metrics'))))
  const answers = rowsOf(meant(points, flags.point), speedOf)
  console.log(answer('PluginList', { answers }, flags, () => listText(answers, flags)))
}
