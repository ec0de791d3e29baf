import { errors, type Program, type Runtime, type Sandbox, type Sandboxes, type SandboxLimits } from '@flotilla/sdk'

/** What a program may use when it does not say. */
export const defaultLimits: SandboxLimits = { timeout: 1000, memory: 64 * 2 ** 20, output: 2 * 2 ** 20, concurrency: 1 }

/** Starts programs of one language somewhere they can be ended. */
export type Launcher = (program: Program, limits: SandboxLimits) => Promise<Sandbox>

const launchers: Readonly<Partial<Record<Runtime, Launcher>>> = {}

/** Where programs of strangers run. */
export const createSandboxes = (): Sandboxes => ({
  open: async (program) => {
    const { name, runtime, limits } = program
    const launch = launchers[runtime]
    if (!launch) throw errors.SANDBOX_PROGRAM(name, `nothing here runs ${runtime}`)
    return launch(program, { ...defaultLimits, ...limits })
  },
})
