import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Milliseconds a compiler may take: the first time, some compile their whole library. */
const patience = 600_000

/** A program that compiles, and where it comes from. */
export interface Tool {
  readonly command: string
  /** What people call it, where that is something else. */
  readonly title?: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What to do when it is not there. */
  readonly install: string
}

/** A line of a compiler that says where something is wrong. */
const placed = /\S+\.\w+:\d+|\S+\.\w+\(\d+,\d+\)|^error\b|^ERROR\b/

/** The line that says most, and the whole below it. */
function complaint(said: string): string {
  const lines = said.split('\n').map((line) => line.trim())
  return lines.find((line) => placed.test(line)) ?? lines.find((line) => line !== '' && !line.startsWith('#')) ?? ''
}

/** Runs a compiler in a folder. What it says of a program that is wrong goes to standard error as it is. */
export function run({ command, title = command, args, env, install }: Tool, cwd: string): Promise<string> {
  const options = {
    cwd,
    env: { ...process.env, ...env },
    timeout: patience,
    maxBuffer: 2 ** 26,
    encoding: 'utf8',
  } as const
  return new Promise((resolve, reject) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      if ('code' in error && error.code === 'ENOENT') return reject(new Error(`${command} is not there: ${install}`))
      const said = `${stdout}${stderr}`.trim()
      if (said !== '') console.error(said)
      reject(new Error(`${title}: ${complaint(said) || error.message}`, { cause: error }))
    })
  })
}

/** The path of a package's file that a project has installed, or that is there anyway. */
export function installed(folder: string, specifier: string, install: string): string {
  for (const from of [join(folder, 'package.json'), import.meta.filename])
    try {
      return createRequire(from).resolve(specifier)
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'MODULE_NOT_FOUND') throw error
    }
  throw new Error(`${specifier.split('/')[0]} is not installed: ${install}`)
}
