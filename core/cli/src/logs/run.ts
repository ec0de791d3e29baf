import { keyOf } from '@flotilla/sdk'
import { interrupted } from '../daemon.ts'
import { askAll, type Entry, enter } from '../get/clusters.ts'
import { sentence } from '../output/sentence.ts'
import { reachControl } from '../plan/control.ts'
import { type Meant, type Pod, podsIn } from './pods.ts'
import { type Follow, follower } from './stream.ts'

export interface LogsFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly clusters?: readonly string[]
  readonly selector?: string
  readonly container?: string
  readonly allContainers: boolean
  readonly follow: boolean
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tail?: number
  /** Milliseconds. */
  readonly since?: number
  readonly prefix: boolean
}

/** Milliseconds in which pods are found. */
const patience = 60_000

/** The log of one container. */
interface Source {
  readonly cluster: string
  readonly pod: string
  readonly container: string
  readonly path: string
  readonly follow: Follow
}

const usual = 'kubectl.kubernetes.io/default-container'

/** The containers whose logs are meant: one that is named, all, or the one that is usually meant. */
function containersOf({ metadata, spec }: Pod, { container, allContainers }: LogsFlags): readonly string[] {
  const names = spec.containers.map(({ name }) => name)
  if (container !== undefined) return [container]
  return allContainers ? names : [metadata.annotations?.[usual] ?? names[0] ?? '']
}

function pathOf({ metadata }: Pod, container: string, flags: LogsFlags): string {
  const query = new URLSearchParams({ container })
  if (flags.follow) query.set('follow', 'true')
  if (flags.previous) query.set('previous', 'true')
  if (flags.timestamps) query.set('timestamps', 'true')
  if (flags.tail !== undefined) query.set('tailLines', String(flags.tail))
  if (flags.since !== undefined) query.set('sinceSeconds', String(Math.max(1, Math.ceil(flags.since / 1000))))
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log?${query}`
}

async function sourcesIn(
  open: AsyncDisposableStack,
  entry: Entry,
  meant: Meant,
  namespace: string,
  flags: LogsFlags,
  signal: AbortSignal,
): Promise<readonly Source[]> {
  const pods = await podsIn(entry, meant, namespace, signal)
  if (pods.length === 0) return []
  const follow = await follower(open, entry.identity)
  return pods.flatMap((pod) =>
    containersOf(pod, flags).map((container) => ({
      cluster: entry.cluster,
      pod: keyOf(pod).name,
      container,
      path: pathOf(pod, container, flags),
      follow,
    })),
  )
}

const prefixOf = ({ cluster, pod, container }: Source): string => `[${cluster}/${pod}/${container}] `

/** Prints a log to its end. Answers whether that went well. */
async function print(source: Source, prefix: string, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const line of await source.follow(source.path, signal)) console.log(prefix + line)
    return true
  } catch (error) {
    if (signal.aborted) return true // it was told to end
    console.error(`${prefixOf(source)}${sentence(error)}`)
    return false
  }
}

/** One after the other, so that the lines of each stand together; all at once when they are followed. */
async function printAll(sources: readonly Source[], flags: LogsFlags, signal: AbortSignal): Promise<number> {
  const isNamed = flags.prefix || sources.length > 1
  const one = (source: Source) => print(source, isNamed ? prefixOf(source) : '', signal)
  const results: boolean[] = []
  if (flags.follow) results.push(...(await Promise.all(sources.map(one))))
  else for (const source of sources) results.push(await one(source))
  return results.filter((went) => !went).length
}

/** Prints what containers in member clusters wrote. Throws when some of it could not be had. */
export async function runLogs(meant: Meant, flags: LogsFlags): Promise<void> {
  await using open = new AsyncDisposableStack()
  const control = await reachControl(open, flags, AbortSignal.timeout(patience))
  const signal = AbortSignal.timeout(patience)
  const entries = await enter(open, control, flags.clusters ?? [], signal)
  const { found, failures: lost } = await askAll(entries, (entry) =>
    sourcesIn(open, entry, meant, control.namespace, flags, signal),
  )
  for (const line of lost) console.error(line)
  const sources = found.flatMap(({ value }) => value)
  if (sources.length === 0 && lost.length === 0) throw new Error('no cluster has such pods')
  const end = new AbortController()
  if (flags.follow) interrupted().then(() => end.abort())
  const failed = await printAll(sources, flags, end.signal)
  if (lost.length + failed > 0) throw new Error(`${lost.length + failed} logs could not be read`)
}
