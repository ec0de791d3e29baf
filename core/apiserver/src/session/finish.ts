import { finished, type Writable } from 'node:stream'
import { promisify } from 'node:util'

const whenFinished = promisify(finished)

/** Says a last word, if any, and that no more is to come. Resolves when that is sent, or the client has left. */
export const finish = (stream: Writable, last?: string): Promise<void> =>
  whenFinished(last ? stream.end(last) : stream.end(), { readable: false }).catch(() => undefined)
