import { once } from 'node:events'
import { type ControlPlane, type ExposedMetrics, healthRoutes, pointRoutes } from '@flotilla/core'
import { fastify } from 'fastify'
import type { Address } from './commands/options.ts'

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

/** Resolves at Ctrl-C or a polite kill. */
export async function interrupted(): Promise<void> {
  const heard = new AbortController()
  await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: heard.signal })))
  heard.abort()
}
