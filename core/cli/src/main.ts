import { readFileSync } from 'node:fs'
import { ApiError, FlotillaError } from '@flotilla/sdk'
import { CommanderError } from 'commander'
import { joinCommand } from './commands/join.ts'
import { command } from './commands/options.ts'
import { upCommand } from './commands/up.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const wrongUsage = 2
const failed = 1

/** What went wrong, in one line: a person reads it. */
const sentence = (error: unknown): string => {
  if (error instanceof FlotillaError) return `${error.code}: ${error.message}`
  if (error instanceof ApiError) return `${error.reason ?? error.code}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

/** Runs the command line; resolves with the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const program = command('flotilla')
    .description('Many Kubernetes clusters, one API.')
    .version(version, '--version', 'print the version')
    .addCommand(upCommand(version))
    .addCommand(joinCommand())
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage
    console.error(`flotilla: ${sentence(error)}`)
    return failed
  }
}
