import { once } from 'node:events'
import {
  type Config,
  type ControlPlane,
  createLog,
  createMetrics,
  type ExposedMetrics,
  healthRoutes,
  pointRoutes,
  readConfig,
  readConfigFile,
} from '@flotilla/core'
import type { Log } from '@flotilla/sdk'
import { fastify } from 'fastify'
import type { Address } from './commands/options.ts'
import { ending, leave } from './ending.ts'

export interface HealthFlags {
  readonly healthProbeBindAddress?: Address
  readonly metricsBindAddress?: Address
}

/** What is told beside metrics. */
export interface Told {
  /** Who answers what. */
  readonly points?: ControlPlane['points']
}

/** Serves health, or metrics, or both when they have one address. */
export async function serveHealth(
  flags: HealthFlags,
  metrics: ExposedMetrics,
  unready: () => readonly string[],
  { points }: Told = {},
) {
  const { healthProbeBindAddress: health, metricsBindAddress: counts } = flags
  await using begun = new AsyncDisposableStack()
  const places = new Map(
    [health, counts].flatMap((each) => (each ? [[`${each.host}:${each.port}`, each] as const] : [])),
  )
  for (const place of places.values()) {
    const app = begun.adopt(fastify(), (app) => app.close())
    await app.register(healthRoutes, { metrics, unready, checkReader: () => undefined })
    if (points) await app.register(pointRoutes, { points, checkReader: () => undefined })
    await app.listen(place)
  }
  return begun.move()
}

/** Resolves at Ctrl-C or a polite kill. A second one ends the process at once. */
export async function interrupted(): Promise<void> {
  const heard = new AbortController()
  await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: heard.signal })))
  heard.abort()
}

/** A process that runs until someone interrupts it, from its start to its end. */
export interface Daemon<What extends string = string> extends AsyncDisposable {
  readonly config: Config
  readonly log: Log
  readonly metrics: ExposedMetrics
  /** Why it is not ready; empty when it is. */
  readonly waits: Set<string>
  /** Resolves when someone interrupts it. */
  readonly stop: Promise<void>
  /** Ends all that runs. */
  readonly life: AbortController
  /** Ends what the start waits for: it was interrupted, or took too long. */
  readonly starting: AbortSignal
  /** What is disposed of at the end, the last first. */
  readonly open: AsyncDisposableStack
  /** Ends one thing within the time it may take. Never rejects. */
  end(what: What, step: () => unknown): Promise<void>
}

export interface DaemonOptions<What extends string> extends HealthFlags, Told {
  /** The file of its settings; without one they are the usual ones. */
  readonly config?: string
  /** Milliseconds each end may take. */
  readonly patienceAtEnd: Readonly<Record<What | 'health', number>>
}

/** Milliseconds a start may take before it is given up. */
const patience = 120_000

/** Begins a process: its settings, log, metrics and health. Disposed of, it ends all that was opened, and leaves. */
export async function openDaemon<What extends string>(options: DaemonOptions<What>): Promise<Daemon<What | 'health'>> {
  const { patienceAtEnd } = options
  const config = options.config ? readConfigFile(options.config) : readConfig()
  const stop = interrupted()
  const log = createLog({ level: config.logLevel })
  const metrics = createMetrics()
  const waits = new Set(['it is not set up yet'])
  await using begun = new AsyncDisposableStack()
  begun.defer(() => leave(log))
  const end = (what: What | 'health', step: () => unknown) => ending(log, what, patienceAtEnd[what], step)
  const health = await serveHealth(options, metrics, () => [...waits], options)
  begun.defer(() => end('health', () => health.disposeAsync()))
  const life = new AbortController()
  begun.defer(() => life.abort())
  const halt = new AbortController()
  stop.then(() => halt.abort(new Error('it was told to end before it was ready')))
  const starting = AbortSignal.any([life.signal, halt.signal, AbortSignal.timeout(patience)])
  const open = begun.move()
  const dispose = () => open.disposeAsync()
  return { config, log, metrics, waits, stop, life, starting, open, end, [Symbol.asyncDispose]: dispose }
}
