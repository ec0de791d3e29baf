import { ApiError, FlotillaError } from '@flotilla/sdk'

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? ''

/** What went wrong, in one line: a person reads it. */
export function sentence(error: unknown): string {
  if (error instanceof FlotillaError) return `${error.code}: ${firstLine(error.message)}`
  if (error instanceof ApiError && error.reason !== error.message) return `${error.reason}: ${firstLine(error.message)}`
  return firstLine(error instanceof Error ? error.message : String(error))
}

/** Runs a step; what goes wrong in it is told with what it was about. */
export async function naming<T>(what: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    throw new Error(`${what}: ${sentence(cause)}`, { cause })
  }
}
