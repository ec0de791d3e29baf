import { isFields } from '../fields.ts'
import { firstWrong, isReason, longestReason, shown } from './wrong.ts'

const isStatusCode = (code: unknown): boolean =>
  code === undefined || (typeof code === 'number' && Number.isInteger(code) && code >= 400 && code <= 599)

const isText = (value: unknown): boolean => typeof value === 'string'

function wrongCause(cause: unknown): string | undefined {
  const isWell =
    isFields(cause) &&
    isText(cause.reason) &&
    isText(cause.message) &&
    (cause.field === undefined || isText(cause.field))
  return isWell ? undefined : 'a cause has a reason and a message, and may have a field: each a text'
}

/** An answer to `admit.refuse` that cannot be. */
export function wrongDenial(answer: unknown): string | undefined {
  if (!isFields(answer) || !isReason(answer.message))
    return `a denial has a message, of at most ${longestReason} characters`
  const { code, reason, causes = [] } = answer
  if (!isStatusCode(code)) return `the code ${shown(code)} is none of an HTTP refusal: 400 to 599`
  if (reason !== undefined && !isText(reason)) return `the reason ${shown(reason)} is not a text`
  return Array.isArray(causes) ? firstWrong(causes, wrongCause) : 'causes is a list'
}
