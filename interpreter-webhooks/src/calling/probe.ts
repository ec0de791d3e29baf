import type { Http, HttpServer } from '@flotilla/sdk'
import type { Operation } from '../operations.ts'
import { headers, questionOf } from './question.ts'
import { responseIn, Unsuccessful } from './response.ts'
import type { Typed } from './rules.ts'

/** Whom to ask, and what about: an object of that kind is made up. */
export interface Probe {
  readonly place: HttpServer
  readonly operation: Operation
  readonly type: Typed
  /** Milliseconds. */
  readonly timeout: number
}

/**
 * Asks a server as an interpreter webhook is asked. Whatever it thinks of an object that is none, it has to answer in the right
 * words: gives why it does not succeed, where it says so.
 *
 * @throws Error with the reason, when what comes back is no answer
 */
export async function probe(http: Http, { place, operation, type, timeout }: Probe): Promise<string | undefined> {
  const uid = crypto.randomUUID()
  const object = { ...type, metadata: { namespace: 'default', name: 'made-up' }, spec: {}, status: {} }
  const connection = http.open(place)
  try {
    const body = JSON.stringify(questionOf(uid, operation, object, { observedObject: object, aggregatedStatus: [] }))
    responseIn(await connection.send({ headers, body, timeout }), uid)
    return undefined
  } catch (cause) {
    if (cause instanceof Unsuccessful) return cause.message
    throw cause
  } finally {
    connection.close()
  }
}
