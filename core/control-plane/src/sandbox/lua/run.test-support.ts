import type { SandboxLimits } from '@flotilla/sdk'
import { lua } from './engine.ts'

const limits: SandboxLimits = { timeout: 1000, memory: 32 * 2 ** 20, output: 2 ** 20, concurrency: 1 }

/** Loads a script, and gives what its function `f` returns for some arguments. */
export async function run(code: string, args: readonly unknown[] = [], own: Partial<SandboxLimits> = {}) {
  const { call, close } = await lua({ name: 'script', code, limits: { ...limits, ...own } })
  try {
    const results = await call(
      'f',
      args.map((arg) => JSON.stringify(arg)),
    )
    return results.map((text): unknown => JSON.parse(text))
  } finally {
    close()
  }
}

/** The values of some expressions of Lua, one after the other. */
export const values = (expressions: string): Promise<unknown[]> => run(`function f() return ${expressions} end`)
