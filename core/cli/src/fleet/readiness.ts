import type { ControlPlane } from '@flotilla/core'
import type { Log } from '@flotilla/sdk'

/** Milliseconds simulated members have to become ready. They are here: it takes a moment, unless users want otherwise. */
const patience = 30_000

export interface Readiness {
  /** Resolves when every member is ready, or has had its time. */
  readonly ready: Promise<void>
  /** What a fleet that starts still waits for. Once it is ready it stays so, whatever becomes of a member. */
  readonly unready: () => readonly string[]
}

/** Looks at members until all are ready. */
export function readiness({ members }: ControlPlane, names: readonly string[], log: Log): Readiness {
  const { promise, resolve } = Promise.withResolvers<void>()
  let waitsFor = names
  const look = () => {
    waitsFor = waitsFor.filter((name) => !members.get(name)?.ready)
    if (waitsFor.length === 0) resolve()
  }
  const giveUp = () => {
    log.warn('simulated members are not ready; the start goes on without them', { members: waitsFor })
    waitsFor = []
    resolve()
  }
  const end = members.onReadiness(look)
  const timer = setTimeout(giveUp, patience).unref()
  look()
  const ready = promise.finally(() => {
    end()
    clearTimeout(timer)
  })
  return { ready, unready: () => waitsFor.map((name) => `cluster ${name}`) }
}
