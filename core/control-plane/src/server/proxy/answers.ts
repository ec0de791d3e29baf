import type { ServerResponse } from 'node:http'
import type { ApiError } from '@flotilla/sdk'

/** Writes a refusal, or ends what has been begun. */
export function refuse(response: ServerResponse, { status }: ApiError): void {
  if (response.headersSent) return void response.destroy()
  const { retryAfterSeconds } = status.details ?? {}
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
  response.writeHead(status.code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(status))
}
