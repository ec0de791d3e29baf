import type { Request } from './request.ts'
import { refusal } from './status.ts'

/** Whether nothing is to be stored. Throws 400 for a `dryRun` that nobody looked at before. */
export const isDryRun = ({ query: { dryRun } }: Request): boolean => {
  if (!dryRun) return false
  if (dryRun.split(',').some((each) => each !== 'All'))
    throw refusal.badRequest(`dryRun: Unsupported value: "${dryRun}": supported values: "All"`)
  return true
}
