import {
  errors,
  type Metrics,
  type Program,
  type Runtime,
  type Sandbox,
  type Sandboxes,
  type SandboxLimits,
} from '@flotilla/sdk'
import { launchJavascript } from './javascript/launch.ts'
import { type Meter, metersOf } from './meter.ts'
import { inThreads } from './worker/launch.ts'
import { Pool, type PoolOptions } from './worker/pool.ts'

/** What a program may use when it does not say. */
export const defaultLimits: SandboxLimits = { timeout: 1000, memory: 64 * 2 ** 20, output: 2 * 2 ** 20, concurrency: 1 }

/** The signal ends all programs, and whatever they run in. */
export interface SandboxesOptions extends PoolOptions {
  readonly metrics: Metrics
  /** How many processes run programs in JavaScript; with 0, or by default, as many as suit the machine. */
  readonly processes?: number
}

/** Starts programs of one language somewhere they can be ended. */
export type Launcher = (program: Program, limits: SandboxLimits) => Promise<Sandbox>

/** How programs of a language are started. What they run in begins with the first of them, and ends with the signal. */
export type Launch = (options: LaunchOptions) => Launcher

export interface LaunchOptions {
  readonly meter: Meter
  readonly signal: AbortSignal
  /** For what runs in threads. */
  readonly pool: Pool
  /** For what runs in processes; with 0 as many as suit the machine. */
  readonly processes: number
}

const launches: Readonly<Partial<Record<Runtime, Launch>>> = {
  lua: inThreads('lua'),
  wasm: inThreads('wasm'),
  javascript: launchJavascript,
}

/** Where programs of strangers run. */
export function createSandboxes({ metrics, ...options }: SandboxesOptions): Sandboxes {
  const { signal, processes = 0 } = options
  const meters = metersOf(metrics)
  const pool = new Pool(options)
  const launchers = new Map(
    (Object.keys(launches) as Runtime[]).map((runtime) => [
      runtime, // its own keys
      launches[runtime]?.({ meter: meters(runtime), signal, pool, processes }),
    ]),
  )
  return {
    open: async (program) => {
      const { name, runtime, limits } = program
      const launch = launchers.get(runtime)
      if (!launch) throw errors.SANDBOX_PROGRAM(name, `nothing here runs ${runtime}`)
      return launch(program, { ...defaultLimits, ...limits })
    },
  }
}

/** The same sandboxes, for somebody whose programs end with a signal of their own. */
export function within(sandboxes: Sandboxes, signal: AbortSignal): Sandboxes {
  const open = new Set<Sandbox>()
  signal.addEventListener('abort', () => {
    for (const sandbox of open) sandbox.close()
  })
  return {
    open: async (program) => {
      const sandbox = await sandboxes.open(program)
      if (signal.aborted) sandbox.close()
      const close = () => {
        open.delete(kept)
        sandbox.close()
      }
      const kept: Sandbox = { functions: sandbox.functions, call: (name, args) => sandbox.call(name, args), close }
      open.add(kept)
      return kept
    },
  }
}
