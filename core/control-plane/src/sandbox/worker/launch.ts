import type { Launch } from '../sandboxes.ts'
import type { Threaded } from './message.ts'

/** Programs of a language run in the threads that all such languages share. */
export const inThreads =
  (runtime: Threaded): Launch =>
  ({ meter, pool }) =>
  ({ name, code }, limits) => {
    const own = typeof code === 'string' ? code : Uint8Array.from(code) // a view is posted with all that is around it
    return pool.open(runtime, { name, code: own, limits }, meter)
  }
