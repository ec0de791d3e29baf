import { type CallOptions, type Client, deepEqual, isConflict, type Kind } from '@flotilla/sdk'
import { backoff } from './backoff.ts'
import { metadataOf } from './metadata.ts'
import { pause } from './pause.ts'
import { isAbsence } from './refusal.ts'

/** Conflicts in a row after which the caller hears of them. */
const mostTries = 5
const waits = { baseMs: 10, capMs: 200 }

type StatusOf<T> = 'status' extends keyof T ? T['status'] : unknown

/**
 * Makes an object's status what the function says of it, and answers the object as it is then; undefined when it is
 * gone. Writes nothing when the status says the same already. When somebody else wrote first, the function is asked
 * again with the fresh object.
 */
export async function updateStatus<T extends object>(
  client: Client,
  kind: Kind<T>,
  object: T,
  statusOf: (object: T) => StatusOf<T>,
  options: CallOptions = {},
): Promise<T | undefined> {
  let newest: T | undefined = object
  for (let tries = 1; newest !== undefined; tries++) {
    const status = statusOf(newest)
    if (deepEqual((newest as { status?: unknown }).status, status)) return newest // a kind may have none
    try {
      return await client.update(kind, { ...newest, status }, { ...options, subresource: 'status' })
    } catch (error) {
      if (isAbsence(error, kind, metadataOf(object))) return undefined
      if (!isConflict(error) || tries === mostTries) throw error
    }
    await pause(backoff(tries - 1, waits), options.signal)
    newest = await client.get(kind, metadataOf(object), options)
  }
  return undefined
}
