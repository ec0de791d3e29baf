import { errors, type FlotillaError } from '@flotilla/sdk'
import { callOf, type Guest, type Job } from './guest.ts'
import type { Failure } from './message.ts'
import type { Ended } from './thread.ts'

/** What a program could not be loaded for. */
export function loadingFailed({ name, limits }: Guest, { failed, reason }: Failure): FlotillaError {
  const mebibytes = Math.round(limits.memory / 2 ** 20)
  return errors.SANDBOX_PROGRAM(
    name,
    failed === 'memory' ? `it needs more than its ${mebibytes} MiB of memory` : reason,
  )
}

/** What a call failed for. */
export function callFailed({ name, limits }: Guest, call: string, { failed, reason }: Failure): FlotillaError {
  if (failed === 'memory') return errors.SANDBOX_MEMORY(name, call, limits.memory)
  if (failed === 'output') return errors.SANDBOX_OUTPUT(name, call, limits.output)
  return errors.SANDBOX_FAILED(name, call, reason)
}

/** What is said of a job whose thread ended, after it was given so many milliseconds. */
export function endedIn({ name, limits }: Guest, job: Job, { why, message, timeout }: Ended): FlotillaError {
  if (why === 'timeout') return errors.SANDBOX_TIMEOUT(name, callOf(job), timeout)
  if (why === 'memory') return errors.SANDBOX_MEMORY(name, callOf(job), limits.memory)
  return errors.SANDBOX_FAILED(name, callOf(job), message)
}
